"""Immutable plain data that every layer speaks: subjects, findings, outcomes, gate metadata."""
