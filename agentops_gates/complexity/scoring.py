"""One iterative pass over a Python syntax tree that scores every scope: functions, class bodies, the module.

**Cyclomatic complexity** is radon's (version 6, asserts off), unit by unit. One point each: ``if`` and ``elif``,
ternary, ``for``, ``while``, ``else`` of a loop or ``try``, ``except``, ``case`` except one bare wildcard or capture,
every ``and`` and ``or``, every ``for`` of a comprehension and each of its filters. Lambdas and comprehensions count
where they stand; a nested function or a class is a scope of its own and adds nothing to the one around it. What radon
visits for no function - decorators, defaults, annotations, base classes, bodies of classes inside functions - counts
in the nearest class body or module around it. Points whose kind starts with ``UNSEEN`` are those radon overlooks:
``except*`` and its ``else``, a guarded wildcard taken for the ``else`` of a ``match``, whatever an assert asserts.

**Cognitive complexity** follows Sonar's definition 1.7: ``if``, ternary, loops, ``match``, ``except`` cost 1 plus their
nesting; ``elif`` and every ``else`` cost 1; so does a sequence of like boolean operators, and a function that calls
itself. ``try``, ``with`` and ``finally`` do not nest, lambdas nest at no cost. A comprehension is scored as the loop
that it is, its filters 1 each. Where we differ from complexipy, on purpose: nested functions and classes are units of
their own and start at nesting 0; the ``else`` of loops and ``try`` counts and nests, as in Sonar's Python analyser;
recursion of a method is ``self.name()`` or ``cls.name()``, not ``name()``; and all expressions are looked into. (It
leaves out operands of arithmetic and ``not``, attributes, subscripts, f-strings, starred, awaited and yielded values,
keyword arguments, ``del``, walrus, guards and subjects of ``match``, types of ``except``, defaults of lambdas, and
comprehensions among the operands of ``and`` and ``or``.)

Most expressions decide nothing: one whose lines show none of the words and, or, if, for is not entered. That, and
dispatch on the node's type, is what makes the pass several times cheaper than parsing.
"""

from __future__ import annotations

import _ast
import re
from collections.abc import Callable, Sequence
from itertools import accumulate

from ..model.light import Any
from .source import Source
from .unit import UNSEEN, Point, UnitKind

# A keyword may touch a number on its left (`0xfor x` is `0xf or x`, `1jif x` is `1j if x`), never on its right.
_NOT_INSIDE = r"(?<![g-ik-zG-IK-Z_]%s)"
_WORDS = re.compile(
    "|".join(f"{word}{_NOT_INSIDE % word}(?![0-9A-Za-z_])" for word in ("and", "or", "if", "for")).encode()
)

Definition = _ast.FunctionDef | _ast.AsyncFunctionDef | _ast.ClassDef
_Loop = _ast.For | _ast.AsyncFor | _ast.While
_Try = _ast.Try | _ast.TryStar
_Comprehension = _ast.ListComp | _ast.SetComp | _ast.GeneratorExp | _ast.DictComp
_Nodes = Sequence[_ast.AST | None]


class Scope:
    """A function, class body or module: its syntax node (None: the module), true qualified name, cognitive complexity.

    ``found`` holds a point as (line, column, kind, nesting depth). ``home`` is the nearest class body or module, itself
    included. (A function that is declared ``global`` in the one around it is named after the place where it stands.)
    """

    __slots__ = ("_around", "cognitive", "found", "kind", "method", "node", "qualname")

    def __init__(self, qualname: str, kind: UnitKind, node: Definition | None, around: Scope | None) -> None:
        self.qualname = qualname
        self.kind: UnitKind = kind
        self.node = node
        self.method = around is not None and around.kind == "class"
        self._around = around.home if kind == "function" and around else None
        self.found: list[tuple[int, int, str, int]] = []
        self.cognitive = 0

    @property
    def home(self) -> Scope:
        """The nearest class body or module around, itself included."""
        # Kept as None for itself: a cycle would leave the whole syntax tree to the garbage collector.
        return self._around or self

    def inner(self, name: str) -> str:
        """Return the qualified name of a function or class called ``name`` that is defined here."""
        if self.kind == "module":
            return name
        return f"{self.qualname}.<locals>.{name}" if self.kind == "function" else f"{self.qualname}.{name}"

    def points(self) -> list[Point]:
        """Return the decision points in source order."""
        self.found.sort()
        return [Point(kind, line, depth) for line, _, kind, depth in self.found]


def score(tree: _ast.Module, source: Source) -> list[Scope]:
    """Return every scope of ``tree``, the module first, the others in source order."""
    scorer = _Scorer(source)
    scorer.run(tree)
    scorer.scopes.sort(key=lambda scope: (scope.node.lineno, scope.node.col_offset) if scope.node else (0, 0))
    return scorer.scopes


class _Scorer:
    """The pass: a stack of node lists, each with its scope, nesting depth and mark (``UNSEEN`` inside an assert)."""

    def __init__(self, source: Source) -> None:
        self.scopes: list[Scope] = []
        self._stack: list[tuple[_Nodes, Scope, int, str]] = []
        self._lines = source.lines
        self._words = _count_words(source)

    def run(self, tree: _ast.Module) -> None:
        """Fill ``scopes``. Whatever has no handler is expanded in its place, so new syntax is never lost."""
        module = Scope("<module>", "module", None, None)
        self.scopes.append(module)
        stack, words = self._stack, self._words
        leaves, simple, handlers = _LEAVES, _SIMPLE, _HANDLERS
        stack.append((tree.body, module, 0, ""))
        while stack:
            nodes, scope, depth, mark = stack.pop()
            todo: list[Any] = list(nodes)
            for node in todo:
                kind = type(node)
                if kind in leaves or (kind in simple and words[node.end_lineno] == words[node.lineno - 1]):
                    continue
                if kind in handlers:
                    handlers[kind](self, node, scope, depth, mark)
                else:
                    _expand(node, todo)

    def push(self, nodes: _Nodes, scope: Scope, depth: int, mark: str = "") -> None:
        """Visit ``nodes`` later; None among them (an absent default, a ``**`` key) is skipped."""
        if nodes:
            self._stack.append((nodes, scope, depth, mark))

    def header(self, node: _ast.stmt, last: _ast.expr, parts: _Nodes, scope: Scope, depth: int) -> None:
        """Visit ``parts``, the expressions of a statement's header up to ``last``, if they can hold a point."""
        own = self._lines[node.lineno - 1].startswith((b"if", b"for"), node.col_offset)
        if self._words[last.end_lineno or -1] - self._words[node.lineno - 1] > own:
            self.push(parts, scope, depth)

    def asserted(self, node: _ast.Assert, scope: Scope, depth: int, mark: str) -> None:
        """Score an assert: a point of its own kind; radon does not look inside."""
        _point(scope, "assert", node, depth)
        if self._words[node.end_lineno or -1] != self._words[node.lineno - 1]:
            self.push((node.test, node.msg), scope, depth, UNSEEN)

    def condition(self, node: _ast.If, scope: Scope, depth: int, mark: str) -> None:
        """Score an if with the whole chain of its elifs, which are nested in each other's else."""
        _point(scope, "if", node, depth)
        scope.cognitive += 1 + depth
        while True:
            self.header(node, node.test, (node.test,), scope, depth)
            self.push(node.body, scope, depth + 1)
            rest = node.orelse
            if len(rest) != 1 or not isinstance(rest[0], _ast.If) or rest[0].col_offset != node.col_offset:
                break
            node = rest[0]
            _point(scope, "elif", node, depth)
            scope.cognitive += 1
        scope.cognitive += bool(rest)
        self.push(rest, scope, depth + 1)

    def loop(self, node: _Loop, scope: Scope, depth: int, mark: str) -> None:
        """Score for, async for and while."""
        if isinstance(node, _ast.While):
            _point(scope, "while", node, depth)
            self.header(node, node.test, (node.test,), scope, depth)
        else:
            _point(scope, "for", node, depth)
            self.header(node, node.iter, (node.target, node.iter), scope, depth)
        scope.cognitive += 1 + depth
        self.push(node.body, scope, depth + 1)
        self._otherwise(node, scope, depth)

    def context(self, node: _ast.With | _ast.AsyncWith, scope: Scope, depth: int, mark: str) -> None:
        """Score with and async with: no point, no nesting."""
        last = node.items[-1]
        self.header(node, last.optional_vars or last.context_expr, node.items, scope, depth)
        self.push(node.body, scope, depth)

    def attempt(self, node: _Try, scope: Scope, depth: int, mark: str) -> None:
        """Score try, also with ``except*``."""
        unseen = UNSEEN if isinstance(node, _ast.TryStar) else ""
        for handler in node.handlers:
            _point(scope, "~except*" if unseen else "except", handler, depth)
            scope.cognitive += 1 + depth
            self.push((handler.type,), scope, depth)
            self.push(handler.body, scope, depth + 1)
        self._otherwise(node, scope, depth, unseen)
        self.push(node.body, scope, depth)
        self.push(node.finalbody, scope, depth)

    def _otherwise(self, node: _Loop | _Try, scope: Scope, depth: int, unseen: str = "") -> None:
        if node.orelse:
            _point(scope, unseen + "else", node.orelse[0], depth)
            scope.cognitive += 1
            self.push(node.orelse, scope, depth + 1)

    def match(self, node: _ast.Match, scope: Scope, depth: int, mark: str) -> None:
        """Score match: radon takes one bare wildcard or capture for the else, even when it has a guard."""
        scope.cognitive += 1 + depth
        self.push((node.subject,), scope, depth)
        bare = [case for case in node.cases if isinstance(case.pattern, _ast.MatchAs) and not case.pattern.pattern]
        for case in node.cases:
            if case not in bare[-1:]:
                _point(scope, "case", case.pattern, depth)
            elif case.guard:
                _point(scope, UNSEEN + "case", case.pattern, depth)
            self.push((case.guard,), scope, depth)
            self.push(case.body, scope, depth + 1)

    def ternary(self, node: _ast.IfExp, scope: Scope, depth: int, mark: str) -> None:
        """Score a conditional expression; its condition stands outside, like that of an if statement."""
        _point(scope, mark + "ternary", node.test, depth)
        scope.cognitive += 1 + depth
        self.push((node.test,), scope, depth, mark)
        self.push((node.body, node.orelse), scope, depth + 1, mark)

    def boolean(self, node: _ast.BoolOp, scope: Scope, depth: int, mark: str) -> None:
        """Score a chain of ``and`` or ``or``, with chains of the same operator inside parentheses."""
        operator = type(node.op)
        kind = mark + ("and" if operator is _ast.And else "or")
        scope.cognitive += 1
        chains, others = [node], []
        for chain in chains:
            for value in chain.values:
                if isinstance(value, _ast.BoolOp) and type(value.op) is operator:
                    chains.append(value)
                else:
                    others.append(value)
            for value in chain.values[1:]:
                _point(scope, kind, value, depth)
        self.push(others, scope, depth, mark)

    def comprehension(self, node: _Comprehension, scope: Scope, depth: int, mark: str) -> None:
        """Score a list, set or dict comprehension or a generator expression."""
        for loop in node.generators:
            _point(scope, mark + "comprehension", loop.target, depth)
            scope.cognitive += 1 + depth + len(loop.ifs)
            for test in loop.ifs:
                _point(scope, mark + "filter", test, depth + 1)
            self.push((loop.target, loop.iter), scope, depth, mark)
            self.push(loop.ifs, scope, depth + 1, mark)
        made = (node.key, node.value) if isinstance(node, _ast.DictComp) else (node.elt,)
        self.push(made, scope, depth + 1, mark)

    def anonymous(self, node: _ast.Lambda, scope: Scope, depth: int, mark: str) -> None:
        """Look into a lambda."""
        self.push((node.args,), scope, depth, mark)
        self.push((node.body,), scope, depth + 1, mark)

    def define(self, node: Definition, scope: Scope, depth: int, mark: str) -> None:
        """Open the scope of a function or class; decorators, signature and bases belong to the home of this one."""
        kind: UnitKind = "class" if isinstance(node, _ast.ClassDef) else "function"
        made = Scope(scope.inner(node.name), kind, node, scope)
        self.scopes.append(made)
        self.push(node.body, made, 0)
        first = node.decorator_list[0].lineno if node.decorator_list else node.lineno
        if self._words[max(node.lineno, node.body[0].lineno)] != self._words[first - 1]:
            parts = (*node.bases, *node.keywords) if isinstance(node, _ast.ClassDef) else (node.args, node.returns)
            outside = (*node.decorator_list, *getattr(node, "type_params", ()), *parts)
            self.push(outside, scope.home, depth if scope.home is scope else 0)


def _point(
    scope: Scope, kind: str, node: _ast.stmt | _ast.expr | _ast.excepthandler | _ast.pattern, depth: int
) -> None:
    scope.found.append((node.lineno, node.col_offset, kind, depth))


def calls_itself(definition: Definition, *, method: bool) -> bool:
    """Tell whether a function calls itself by name, a method through ``self`` or ``cls``; inner scopes do not count."""
    todo: list[Any] = list(definition.body)
    while todo:
        node = todo.pop()
        kind = type(node)
        if kind is _ast.Call and _names(node.func, definition.name, method=method):
            return True
        if kind not in _LEAVES and kind not in _SCOPES:
            _expand(node, todo)
    return False


def _names(called: _ast.expr, name: str, *, method: bool) -> bool:
    if not method:
        return isinstance(called, _ast.Name) and called.id == name
    if not isinstance(called, _ast.Attribute) or called.attr != name:
        return False
    return isinstance(called.value, _ast.Name) and called.value.id in {"self", "cls"}


def _count_words(source: Source) -> list[int]:
    """Return, for each number of lines from the top, how many keywords of expressions they show (a line up to 255)."""
    counts = bytearray(len(source.lines) + 1)
    if source.plain:
        text, line, position = source.text, 1, 0
        for match in _WORDS.finditer(text):
            line += text.count(b"\n", position, match.start())
            position = match.start()
            counts[line] += counts[line] < 255
    else:
        # Bytes that are not the text (a cookie such as utf-7) prove nothing: every statement is entered.
        counts[1:] = b"\xff" * len(source.lines)
    return list(accumulate(counts))


def _expand(node: _ast.AST, todo: list[Any]) -> None:
    """Append the children of ``node`` to ``todo``."""
    kind = type(node)
    fields = _FIELDS.get(kind)
    if fields is None:
        fields = _FIELDS[kind] = tuple(name for name in getattr(node, "_fields", ()) if name not in _NO_NODES)
    for name in fields:
        value = getattr(node, name, None)
        if type(value) is list:
            todo += value
        else:
            todo.append(value)


_FIELDS: dict[type, tuple[str, ...]] = {}
_NO_NODES = frozenset({"arg", "attr", "conversion", "ctx", "id", "kind", "op", "ops", "simple", "str", "type_comment"})


def _types(names: str) -> frozenset[type]:
    return frozenset(getattr(_ast, name) for name in names.split() if hasattr(_ast, name))


_LEAVES = _types("Constant Name Import ImportFrom Global Nonlocal Pass Break Continue") | {type(None)}
_SIMPLE = _types("Expr Assign AnnAssign AugAssign Return Raise Delete TypeAlias")
_SCOPES = _types("FunctionDef AsyncFunctionDef ClassDef")
_ROWS: tuple[tuple[Callable[..., None], str], ...] = (
    (_Scorer.asserted, "Assert"),
    (_Scorer.condition, "If"),
    (_Scorer.loop, "For AsyncFor While"),
    (_Scorer.context, "With AsyncWith"),
    (_Scorer.attempt, "Try TryStar"),
    (_Scorer.match, "Match"),
    (_Scorer.ternary, "IfExp"),
    (_Scorer.boolean, "BoolOp"),
    (_Scorer.comprehension, "ListComp SetComp DictComp GeneratorExp"),
    (_Scorer.anonymous, "Lambda"),
    (_Scorer.define, "FunctionDef AsyncFunctionDef ClassDef"),
)
_HANDLERS = {kind: handler for handler, names in _ROWS for kind in _types(names)}
