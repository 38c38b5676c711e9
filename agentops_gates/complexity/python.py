"""Measures Python source: every scope with radon's cyclomatic number, cognitive complexity, points and body hash."""

from __future__ import annotations

import _ast
import gc
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

from ..model.light import cast
from ..model.text import printable
from .scoring import Definition, Scope, calls_itself, score
from .source import Source, UnreadableError, digest, python_source
from .suppressions import python_suppressions
from .unit import UNSEEN, FileRecord, Unit, pack_points

_VERSION = f"Python {sys.version_info[0]}.{sys.version_info[1]}"
# Depends on the machine and the moment as much as on the blob: such a record is not worth keeping.
TOO_DEEP = f"is too large or too deeply nested for the parser of {_VERSION}"


def measure_python(blob: bytes) -> FileRecord:
    """Return the units and suppressions of a Python file, or the problem that keeps it from being measured.

    The grammar is the running interpreter's. Never raises for what the blob holds, never warns.
    """
    try:
        source = python_source(blob)
        with _quiet():
            units = tuple(_unit(scope, source) for scope in score(_parse(blob), source) if _counts(scope))
    except UnreadableError as error:
        return FileRecord(problem=str(error))
    return FileRecord(units, python_suppressions(source))


def class_name(text: bytes, column: int) -> str:
    """Return the name of a class; empty if ``text`` is anything but one that ends with a pass at ``column``."""
    try:
        with _quiet():
            body = _parse(text).body
    except UnreadableError:
        return ""
    only = body[0] if len(body) == 1 else None
    if not isinstance(only, _ast.ClassDef):
        return ""
    last = only.body[-1]
    return only.name if isinstance(last, _ast.Pass) and last.col_offset == column else ""


@contextmanager
def _quiet() -> Iterator[None]:
    """Hold back warnings on the source, and the collector: a syntax tree is all allocation and no cycles."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        with warnings.catch_warnings():
            # An error filter of the caller would turn an invalid escape into a syntax error.
            warnings.simplefilter("ignore")
            yield
    finally:
        if collecting:
            gc.enable()


def _parse(blob: bytes) -> _ast.Module:
    # What ast.parse does, without the milliseconds that importing ast takes.
    try:
        tree = compile(blob, "<blob>", "exec", _ast.PyCF_ONLY_AST, dont_inherit=True)
    except SyntaxError as error:
        where = f" (line {error.lineno})" if error.lineno else ""
        raise UnreadableError(f"does not parse under {_VERSION}: {printable(error.msg)}{where}") from error
    except (RecursionError, MemoryError) as error:
        raise UnreadableError(TOO_DEEP) from error
    except (ValueError, OverflowError, SystemError) as error:
        raise UnreadableError(f"does not parse under {_VERSION}: {printable(str(error))}") from error
    return cast("_ast.Module", tree)


def _counts(scope: Scope) -> bool:
    # Most class bodies hold nothing but definitions.
    return scope.kind != "class" or bool(scope.found)


def _unit(scope: Scope, source: Source) -> Unit:
    node, cognitive = scope.node, scope.cognitive
    if node is None:
        line, end_line, decorators, body = 1, source.count, "", source.body(1, source.count)
    else:
        line, end_line = node.lineno, node.end_lineno or node.lineno
        decorators, body = _decorators(node, source), _body(node, source)
        if scope.kind == "function" and _may_call(body, node.name, method=scope.method):
            cognitive += calls_itself(node, method=scope.method)
    points = scope.points() if scope.found else []
    asserts = unseen = 0
    for kind, _, _ in points:
        asserts += kind == "assert"
        unseen += kind[0] == UNSEEN
    return Unit(
        f"{scope.qualname}.<body>" if scope.kind == "class" else scope.qualname,
        scope.kind,
        line,
        end_line,
        1 + len(points) - asserts - unseen,
        asserts,
        unseen,
        cognitive,
        digest(body),
        decorators,
        pack_points(points) if points else "",
    )


def _may_call(body: bytes, name: str, *, method: bool) -> bool:
    """Tell by the text whether to search for a recursive call; other alphabets have several spellings of a name."""
    spelled = name.encode()
    if spelled not in body:
        return not name.isascii()
    parts = body.split(spelled)
    return any(
        after.lstrip()[:1] == b"(" and before.rstrip().endswith((b"self.", b"cls.")) is method
        for before, after in pairwise(parts)
    )


def _body(node: Definition, source: Source) -> bytes:
    head = node.body[0]
    last = node.end_lineno or head.lineno
    if source.lines[head.lineno - 1][: head.col_offset].strip():
        return source.body(head.lineno, last, head.col_offset)
    decorators = getattr(head, "decorator_list", None)
    return source.body(decorators[0].lineno if decorators else head.lineno, last)


def _decorators(node: Definition, source: Source) -> str:
    if not node.decorator_list:
        return ""
    return digest(source.body(node.decorator_list[0].lineno, node.lineno - 1))
