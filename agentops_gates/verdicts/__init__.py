"""Verdicts: how one is written down, stored, signed, set against what is pushed, and how a council comes to one."""
