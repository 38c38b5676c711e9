"""One output format = one file: a function from a report to text. ``registry.get`` finds it by name."""

FORMATS = ("text", "json", "sarif", "junit", "github", "markdown")
