"""Follows interpreters that are given program text: which commands that text runs, as far as they stand in it."""

from __future__ import annotations

from ..model.light import TYPE_CHECKING
from .calls import Call, inside, told
from .frame import Frame, place
from .value import UNKNOWN, Value

if TYPE_CHECKING:
    from .machine import Machine

_LANGUAGES = {
    **dict.fromkeys(("node", "nodejs", "deno", "bun"), "js"),
    **dict.fromkeys(("awk", "gawk", "mawk", "nawk", "original-awk"), "awk"),
    **dict.fromkeys(("lua", "luajit"), "lua"),
    "ruby": "ruby",
    "perl": "perl",
    "php": "php",
    "tclsh": "tcl",
    "osascript": "script",
}
# The letters that are followed by program text, and those that are followed by another value.
_LETTERS = {
    "python": ("c", "WXQm"),
    "js": ("ep", "rC"),
    "ruby": ("e", "rICEFKT"),
    "perl": ("eE", "MmIFx"),
    "php": ("rBRE", "dczf"),
    "awk": ("", "vFfie"),
    "lua": ("e", "l"),
    "tcl": ("", ""),
    "script": ("e", "l"),
}
_WORDS = {"--eval", "--print", "--run", "--source", "eval"}


def language(name: str) -> str:
    """Return the language that the interpreter ``name`` runs."""
    bare = name.rstrip("0123456789.")
    return "python" if name.startswith(("python", "pypy")) else _LANGUAGES[bare]


def interpreter(machine: Machine, frame: Frame, call: Call) -> Value:
    """Follow an interpreter. It is told itself as well."""
    told(machine, frame, call)
    kind = language(call.name or "")
    branch = inside(frame, call._replace(via=(*call.via, call.name or "")))
    for text in _texts(machine, frame, call, kind):
        if text.pieces != (None,) and any(text.pieces):
            from .scripts import program_text

            placed = text if text.end else text.at(call.start, call.end)
            program_text(machine, branch, placed, kind, call)
    return UNKNOWN


def _texts(machine: Machine, frame: Frame, call: Call, kind: str) -> list[Value]:
    """Return the program texts that are known: given as words, on the input, or in a file that this line wrote."""
    texts, files = _given(call, kind)
    if texts:
        return texts
    if not files or files[0].text == "-":
        return [call.stdin]
    content = machine.files.get(place(frame.cwds[0], files[0]) or "")
    return [] if content is None else [content]


def _given(call: Call, kind: str) -> tuple[list[Value], list[Value]]:
    """Return the program texts and the files that an interpreter is given."""
    texts: list[Value] = []
    argv = list(call.argv[1:])
    while argv:
        word = argv.pop(0)
        text = word.text or ""
        if kind == "js" and text in _WORDS:
            texts.extend(argv[:1])
            del argv[:1]
        elif text[:1] != "-" or text == "-":
            return ([word], []) if kind == "awk" else (texts, [word])
        else:
            (_long if text[:2] == "--" else _short)(word, argv, texts, kind)
            if _ends(kind, text, texts):
                return texts, [UNKNOWN]
    return texts, []


def _ends(kind: str, text: str, texts: list[Value]) -> bool:
    """Tell whether what follows are words for the program: behind ``-c`` and ``-m`` of Python."""
    return kind == "python" and (bool(texts) or text[1:2] == "m")


def _long(word: Value, argv: list[Value], texts: list[Value], _kind: str) -> None:
    name, sign, value = word.prefix.partition("=")
    if name in _WORDS and sign:
        texts.append(word._replace(pieces=(value,)))
    elif name in _WORDS and argv:
        texts.append(argv.pop(0))


def _short(word: Value, argv: list[Value], texts: list[Value], kind: str) -> None:
    code, valued = _LETTERS[kind]
    text = word.prefix
    for at, letter in enumerate(text[1:], 1):
        rest = text[at + 1 :]
        if letter in code and rest[:1] in tuple(code):
            # "-pe text" is two letters of one word; "-etext" has the text in it.
            continue
        if letter not in code + valued:
            continue
        value = word._replace(pieces=(rest,)) if rest else argv.pop(0) if argv else None
        if letter in code and value is not None:
            texts.append(value)
        return
