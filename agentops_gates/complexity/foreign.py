"""Measures JavaScript, TypeScript, Go, Java, Rust, C and C++ through lizard, one blob at a time.

lizard (MIT, pure Python, actively kept, about 28 languages, forgiving of broken code) reads tokens, not a grammar, and
needs no compiler or build. Cyclomatic complexity is lizard's: one for each ``if``, loop, ``case``, ``catch``, ternary,
``&&`` and ``||``, and for ``#if``, ``#ifdef``, ``#elif`` in C and C++. Cognitive complexity comes from its extension,
which follows Sonar as :mod:`.scoring` does. Names are lizard's, weak for anonymous functions: pairing relies on bodies.

Its command line is not used, because what it honours can blind it: a comment with ``#lizard forgives`` drops a
function, one with ``GENERATED CODE`` all that follows it. Code inside macros it cannot see, nor can it balance a brace
that two branches of an ``#if`` both open.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module

from ..model.light import Any, NamedTuple, Protocol
from .source import Source, UnreadableError, digest, normalise
from .suppressions import parse_comment
from .unit import FileRecord, Suppression, Unit

# lizard chooses its reader by the name of a file.
_NAMES = {
    "javascript": "blob.js",
    "jsx": "blob.jsx",
    "typescript": "blob.ts",
    "tsx": "blob.tsx",
    "go": "blob.go",
    "java": "blob.java",
    "rust": "blob.rs",
    "c": "blob.c",
    "cpp": "blob.cpp",
}
# Go's function literals are numbered by lizard: one more above would rename all that follow.
_ORDINAL = re.compile(r"\banonymous__\d+")
# lizard's pattern for type arguments backtracks exponentially over this word when the list is not closed.
_ARGUMENTS = re.compile(r"<[\w\s,.?]*")
_MAX_EXTENDS = 16
# Where a string cannot run over lines. (A Rust string can, and a Java text block looks to lizard like one that does.)
_ONE_LINE = frozenset({"javascript", "jsx", "typescript", "tsx", "go", "c", "cpp"})
_CODE = re.compile(r"[{<;]")
# Depends on the installation rather than on the blob: such a record is not worth keeping.
NO_LIZARD = "needs lizard 1.24.3 or newer, which cannot be imported"


def measure_foreign(blob: bytes, language: str) -> FileRecord:
    """Return the functions of a file in any language but Python, and a unit for its top-level code.

    Never raises for what the blob holds: an error of the reader, whatever it is, becomes the record's problem.
    """
    try:
        # Not every such file is UTF-8; what is not, is compared byte by byte all the same.
        text = normalise(blob).decode("utf-8", "surrogateescape")
        read = _read(text, language)
    except UnreadableError as error:
        return FileRecord(problem=str(error))
    source = Source(text.encode("utf-8", "surrogateescape"), b"//")
    functions = sorted(read.functions, key=lambda found: found.start_line)
    units = [_module(read.top_level, source), *(_unit(found, source) for found in functions)]
    return FileRecord(tuple(units), tuple(read.suppressions), doubt=read.doubt)


class _Function(Protocol):
    """What lizard tells of a function."""

    name: str
    start_line: int
    end_line: int
    cyclomatic_complexity: int
    cognitive_complexity: int
    full_parameters: list[str]


class _Reader(Protocol):
    """What lizard knows of a language."""

    def get_comment_from_token(self, token: str) -> str | None:
        """Return the text of a comment, None for any other token."""


class _Read(NamedTuple):
    functions: list[_Function]
    top_level: _Function
    suppressions: list[Suppression]
    doubt: int


def _read(text: str, language: str) -> _Read:
    if any(run.count("extends") > _MAX_EXTENDS for run in _ARGUMENTS.findall(text)):
        raise UnreadableError("holds a list of type arguments that is too long to read")
    try:
        lizard, cognitive = _import_lizard()
    except ImportError as error:
        raise UnreadableError(NO_LIZARD) from error
    suppressions: list[Suppression] = []
    doubts: list[int] = []
    context = lizard.FileInfoBuilder(_NAMES[language])
    try:
        reader = lizard.get_reader_for(_NAMES[language])(context)
        tokens = reader.generate_tokens(text)
        if language in _ONE_LINE:
            tokens = _watched(tokens, doubts)
        tokens = lizard.preprocessing(tokens, reader)
        tokens = _without_comments(tokens, reader, suppressions)
        for step in (lizard.line_counter, lizard.condition_counter, cognitive.LizardExtension()):
            tokens = step(tokens, reader)
        for _ in reader(tokens, reader):
            pass
    except Exception as error:
        # A reader of tokens that is fed with hostile text may raise anything.
        raise UnreadableError(f"cannot be read as {language} ({type(error).__name__} in lizard)") from error
    return _Read(context.fileinfo.function_list, context.global_pseudo_function, suppressions, min(doubts, default=0))


def _watched(tokens: Iterable[str], doubts: list[int]) -> Iterator[str]:
    """Pass ``tokens`` on, and keep the line of a string that runs over lines and holds code.

    The tokenizer then took an apostrophe (in the text of JSX, in a regular expression) for the start of a string, and
    what it swallows is not measured. What follows ``=`` is an attribute in JSX, which may run over lines.
    """
    line, last = 1, ""
    for token in tokens:
        if "\n" in token:
            quoted = token[0] in "\"'" and token[0] == token[-1] and last != "="
            if quoted and "\n" in token.replace("\\\n", "") and _CODE.search(token):
                doubts.append(line)
            line += token.count("\n")
        if not token.isspace():
            last = token
        yield token


def _without_comments(tokens: Iterable[str], reader: _Reader, suppressions: list[Suppression]) -> Iterator[str]:
    line = 1
    for token in tokens:
        comment = reader.get_comment_from_token(token)
        if comment is None:
            yield token
        else:
            for offset, text in enumerate(comment.split("\n")):
                found = parse_comment(text, line + offset)
                if found:
                    suppressions.append(found)
            yield from "\n" * comment.count("\n")
        line += token.count("\n")


def _import_lizard() -> tuple[Any, Any]:
    """Import lizard without what it does to ``sys.path``: it puts the folder of ``sys.argv[0]`` in front.

    For ``python -c`` that is the current directory: the repository that is being judged could shadow any module.
    """
    path, argv = sys.path[:], sys.argv
    sys.argv = []
    try:
        return import_module("lizard"), import_module("lizard_ext.lizardcognitive")
    except SystemExit as error:
        raise ImportError("lizard cannot find its own parts") from error
    finally:
        sys.path[:] = path
        sys.argv = argv


def _module(top_level: _Function, source: Source) -> Unit:
    return Unit(
        qualname="<module>",
        kind="module",
        line=1,
        end_line=source.count,
        cyclomatic=top_level.cyclomatic_complexity,
        asserts=0,
        unseen=0,
        cognitive=top_level.cognitive_complexity,
        body=digest(source.body(1, source.count)),
        decorators="",
        points="",
    )


def _unit(found: _Function, source: Source) -> Unit:
    parameters = " ".join(found.full_parameters)
    return Unit(
        qualname=_ORDINAL.sub("(anonymous)", found.name),
        kind="function",
        line=found.start_line,
        end_line=found.end_line,
        cyclomatic=found.cyclomatic_complexity,
        asserts=0,
        unseen=0,
        cognitive=found.cognitive_complexity,
        body=digest(_body(found, source)),
        decorators=digest(parameters.encode("utf-8", "surrogateescape")) if parameters else "",
        points="",
    )


def _body(found: _Function, source: Source) -> bytes:
    """Return a function's text from its first brace or arrow on, so that its name is no part of it."""
    whole = source.body(found.start_line, found.end_line)
    starts = [at for at in (whole.find(b"{"), whole.find(b"=>")) if at >= 0]
    return whole[min(starts) :] if starts else whole
