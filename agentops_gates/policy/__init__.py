"""Policy: read from the base tree, validated with good messages, compared with what the change makes of it."""
