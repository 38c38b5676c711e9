"""An oracle that shares no code with the package: its own tree listing, its own blobs, radon's visitor, its own names.

There is no rename detection here and no pairing: two trees are listed in full, and what is in one but not in the other
is a difference.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from radon.visitors import ComplexityVisitor

# Python sources, and what radon reads of them when it is pointed at them.
SUFFIXES = (".py", ".pyi", ".pyw")
_REGULAR = (b"100644", b"100755")
# radon's visitor takes three frames for a node; the default limit ends it in code that the parser accepts.
sys.setrecursionlimit(100_000)

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
Tree = dict[str, str]


class Function(NamedTuple):
    """A function: Python's qualified name, radon's number with asserts off, its line, and whether radon lists it."""

    qualname: str
    number: int
    line: int
    listed: bool


class Place(NamedTuple):
    """A function in a tree."""

    path: str
    qualname: str
    number: int


class Oracle:
    """Trees, blobs and functions of one repository, by plain git commands."""

    def __init__(self, repo: str) -> None:
        self._git = ["git", "--no-replace-objects", "-C", repo]
        self._batch = subprocess.Popen(
            [*self._git, "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._files: dict[str, tuple[Function, ...] | str] = {}
        self._trees: dict[str, Tree] = {}

    def commits(self, head: str, count: int) -> list[tuple[str, list[str]]]:
        """Return up to ``count`` commits from ``head`` backwards with their parents, newest first."""
        out = self._run("rev-list", "--topo-order", "--parents", f"--max-count={count}", head, "--")
        rows = [line.split() for line in out.decode().splitlines()]
        return [(row[0], row[1:]) for row in rows]

    def tree(self, commit: str) -> Tree:
        """Return path -> blob id of all regular Python files of a commit."""
        if commit not in self._trees:
            if len(self._trees) > 8:
                del self._trees[next(iter(self._trees))]
            self._trees[commit] = dict(self._listed(commit))
        return self._trees[commit]

    def functions(self, oid: str) -> tuple[Function, ...] | str:
        """Return all functions of a blob, or the reason why it does not parse."""
        if oid not in self._files:
            self._files[oid] = score(self.blob(oid))
        return self._files[oid]

    def blob(self, oid: str) -> bytes:
        """Return a blob's content."""
        assert self._batch.stdin
        assert self._batch.stdout
        self._batch.stdin.write(oid.encode() + b"\n")
        self._batch.stdin.flush()
        name, kind, size = self._batch.stdout.readline().split()
        assert (name.decode(), kind) == (oid, b"blob")
        content = self._batch.stdout.read(int(size) + 1)
        return content[:-1]

    def body(self, oid: str, qualname: str, number: int) -> list[str]:
        """Return the dumped statements, free of positions, of each function of that name and number in a blob."""
        tree = ast.parse(self.blob(oid))
        wanted = {f.line for f in self.functions(oid) if isinstance(f, Function) and f[:2] == (qualname, number)}
        nodes = [node for name, node in named_functions(tree) if name == qualname and node.lineno in wanted]
        return ["\n".join(ast.dump(statement) for statement in node.body) for node in nodes]

    def _listed(self, commit: str) -> Iterator[tuple[str, str]]:
        for entry in self._run("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0"):
            if not entry:
                continue
            meta, path = entry.split(b"\t", 1)
            mode, kind, oid = meta.split()
            if kind == b"blob" and mode in _REGULAR and path.endswith(tuple(map(str.encode, SUFFIXES))):
                yield os.fsdecode(path), oid.decode()

    def _run(self, *args: str) -> bytes:
        return subprocess.run([*self._git, *args], check=True, stdout=subprocess.PIPE).stdout


def score(source: bytes) -> tuple[Function, ...] | str:
    """Return every function in ``source`` with radon's number for it, or why it does not parse.

    What radon lists comes from its visitor over the whole module; what it hides (methods of a class in a function) from
    the same visitor over that function alone.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return f"{type(error).__name__}: {error}"
    listed = Counter(_listed(ComplexityVisitor.from_ast(tree, no_assert=True), ""))
    found = []
    for qualname, node in named_functions(tree):
        number = ComplexityVisitor.from_ast(node, no_assert=True).functions[0].complexity
        key = (qualname, number, node.lineno)
        found.append(Function(*key, listed=listed[key] > 0))
        listed -= Counter([key])
    assert not listed, f"radon lists what the oracle's own walk did not find: {listed}"
    return tuple(found)


def named_functions(tree: ast.AST) -> Iterator[tuple[str, FunctionNode]]:
    """Yield every function definition with its qualified name."""
    waiting: list[tuple[ast.AST, str]] = [(tree, "")]
    while waiting:
        node, prefix = waiting.pop()
        if isinstance(node, FunctionNode):
            yield prefix + node.name, node
            prefix = f"{prefix}{node.name}.<locals>."
        elif isinstance(node, ast.ClassDef):
            prefix = f"{prefix}{node.name}."
        waiting.extend((child, prefix) for child in ast.iter_child_nodes(node))


def _listed(visitor: Any, prefix: str) -> Iterator[tuple[str, int, int]]:
    for function in visitor.functions:
        yield from _function(function, prefix)
    for found in visitor.classes:
        yield from _class(found, prefix)


def _class(found: Any, prefix: str) -> Iterator[tuple[str, int, int]]:
    for method in found.methods:
        yield from _function(method, f"{prefix}{found.name}.")
    for inner in found.inner_classes:
        yield from _class(inner, f"{prefix}{found.name}.")


def _function(function: Any, prefix: str) -> Iterator[tuple[str, int, int]]:
    yield prefix + function.name, function.complexity, function.lineno
    for closure in function.closures:
        yield from _function(closure, f"{prefix}{function.name}.<locals>.")


def alike(one: str, other: str) -> bool:
    """Tell whether two dumped bodies share most of their text."""
    return SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio() > 0.5
