"""Snapshots of what a destructive command can lose, and the ways back."""
