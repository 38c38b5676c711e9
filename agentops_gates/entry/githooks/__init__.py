"""One file per git hook: standard input, arguments and environment become subjects."""
