"""Which language a path is measured as, told by its ending alone: the same blob under the same name, anywhere."""

from __future__ import annotations

# Dialects with their own grammar are languages of their own here, because a blob is measured without its path.
_ENDINGS = {
    "python": (".py", ".pyi", ".pyw"),
    "javascript": (".js", ".cjs", ".mjs"),
    "jsx": (".jsx",),
    "typescript": (".ts", ".cts", ".mts"),
    "tsx": (".tsx",),
    "go": (".go",),
    "java": (".java",),
    "rust": (".rs",),
    "c": (".c", ".h"),
    "cpp": (".cc", ".cpp", ".cxx", ".c++", ".hh", ".hpp", ".hxx", ".h++", ".inl", ".ipp", ".tpp"),
}
_LANGUAGES = {ending: language for language, endings in _ENDINGS.items() for ending in endings}
_UNMEASURED = {
    ".ipynb": "a notebook: its cells are not measured",
    ".pyx": "Cython: it is not measured",
    ".pxd": "Cython: it is not measured",
}

LANGUAGES = tuple(_ENDINGS)
# Code of one is often code of the other, and is never unseen when measured as such.
_KIN = (frozenset({"javascript", "jsx", "typescript", "tsx"}), frozenset({"c", "cpp"}))


def language_of(path: str) -> str | None:
    """Return the language that the file at ``path`` is measured as, or None: it is not code, or not code we measure.

    Endings are compared without case, as Windows and macOS do. A script without one (a shebang) is not measured.
    """
    return _LANGUAGES.get(_ending(path))


def akin(one: str | None, other: str | None) -> bool:
    """Tell whether code of one language is seen when it is measured as the other; None is no language."""
    return one is not None and (one == other or any({one, other} <= family for family in _KIN))


def unmeasured(path: str) -> str:
    """Return, for code that is known and yet not measured, what it is and that it is not; else an empty string."""
    return _UNMEASURED.get(_ending(path), "")


def _ending(path: str) -> str:
    name = path.rpartition("/")[2]
    stem, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if dot and stem else ""
