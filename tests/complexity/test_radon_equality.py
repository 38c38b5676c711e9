"""Cyclomatic numbers: what must not count, every construct with its number, and equality with radon on real trees."""

from __future__ import annotations

import _ast
import ast
import os
import random
import sys
import sysconfig
import warnings
from collections import Counter

import pytest
from radon.visitors import ComplexityVisitor

from agentops_gates.complexity.python import measure_python
from agentops_gates.complexity.unit import UNSEEN, FileRecord, Unit, unpack_points

_FILES = 300
_SEED = 20260102


def units(source: str) -> dict[str, Unit]:
    record = measure_python(source.encode())
    assert not record.problem
    return {unit.qualname: unit for unit in record.units}


def in_function(body: str) -> Unit:
    return units("async def f(a, b, c):\n" + "".join(f"    {line}\n" for line in body.splitlines()))["f"]


QUIET = {
    "nothing": "pass",
    "words in a docstring": '"""if a and b or c for d in e"""',
    "words in a comment": "pass  # if a and b or c for d in e",
    "words in a string": "x = 'a if b else c'",
    "names that hold the words": "x = order + band + self.format + iffy + _or_ + xfor",
    "with": "with a as b, c:\n    pass",
    "walrus": "(x := a)",
    "lambda": "x = lambda y: y",
    "finally": "try:\n    pass\nfinally:\n    pass",
    "not": "x = not a",
    "chained comparison": "x = a < b < c",
    "match with a wildcard only": "match a:\n    case _:\n        pass",
    "match with a capture only": "match a:\n    case x:\n        pass",
    "await, yield": "await a\nyield b",
    "nested function": "def g():\n    if a and b:\n        pass",
    "nested class": "class A:\n    x = 1 if a else 2\n    def m(self):\n        if a:\n            pass",
    "decorator of a nested function": "@(a or b)\ndef g():\n    pass",
    "default of a nested function": "def g(x=a or b):\n    pass",
}


@pytest.mark.parametrize("body", QUIET.values(), ids=QUIET.keys())
def test_what_adds_nothing(body: str) -> None:
    unit = in_function(body)
    assert (unit.cyclomatic, unit.asserts, unit.unseen, unit.points) == (1, 0, 0, "")


# Facts page on complexity, section 5: number, asserts, unseen, and the kinds of the points in source order.
CONSTRUCTS = {
    "if": ("if a:\n    pass", 2, 0, 0, "if"),
    "elif": ("if a:\n    pass\nelif b:\n    pass\nelse:\n    pass", 3, 0, 0, "if elif"),
    "else with an if inside": ("if a:\n    pass\nelse:\n    if b:\n        pass", 3, 0, 0, "if if"),
    "ternary": ("x = 1 if a else 2", 2, 0, 0, "ternary"),
    "if with and and": ("if a and b and c:\n    pass", 4, 0, 0, "if and and"),
    "mixed booleans": ("x = a and b or c and (d or e)", 5, 0, 0, "and or and or"),
    "for": ("for x in a:\n    pass", 2, 0, 0, "for"),
    "async for": ("async for x in a:\n    pass", 2, 0, 0, "for"),
    "for-else": ("for x in a:\n    pass\nelse:\n    pass", 3, 0, 0, "for else"),
    "while-else": ("while a or b:\n    pass\nelse:\n    pass", 4, 0, 0, "while or else"),
    "try, one except": ("try:\n    pass\nexcept A:\n    pass", 2, 0, 0, "except"),
    "try with everything": (
        "try:\n    pass\nexcept A:\n    pass\nexcept B:\n    pass\nelse:\n    pass\nfinally:\n    pass",
        4,
        0,
        0,
        "except except else",
    ),
    "except*": (
        "try:\n    pass\nexcept* A:\n    if a:\n        pass\nexcept* B:\n    pass\nelse:\n    pass",
        2,
        0,
        3,
        "~except* if ~except* ~else",
    ),
    "comprehension with two ifs": ("x = [y for y in a if b if c]", 4, 0, 0, "comprehension filter filter"),
    "all comprehensions": (
        "x = {y for y in a}, {y: 1 for y in a}, (y for y in a for z in y)",
        5,
        0,
        0,
        "comprehension comprehension comprehension comprehension",
    ),
    "async comprehension": ("x = [y async for y in a]", 2, 0, 0, "comprehension"),
    "assert": ("assert a", 1, 1, 0, "assert"),
    "assert with operators": ("assert a and b or c, d if e else f", 1, 1, 3, "assert ~and ~or ~ternary"),
    "assert over a generator": (
        "assert all(x for x in a if b if c)",
        1,
        1,
        3,
        "assert ~comprehension ~filter ~filter",
    ),
    "match, two cases and a wildcard": (
        "match a:\n    case 1:\n        pass\n    case 2:\n        pass\n    case _:\n        pass",
        3,
        0,
        0,
        "case case",
    ),
    "match, guarded wildcard": (
        "match a:\n    case 1:\n        pass\n    case _ if b:\n        pass",
        2,
        0,
        1,
        "case ~case",
    ),
    "match, guarded and bare wildcard": (
        "match a:\n    case _ if b or c:\n        pass\n    case x:\n        pass",
        3,
        0,
        0,
        "case or",
    ),
    "match, alternatives and a guard": (
        "match a:\n    case 1 | 2 | 3:\n        pass\n    case 4 if a and b:\n        pass",
        4,
        0,
        0,
        "case case and",
    ),
    "match, named pattern": ("match a:\n    case [1, _] as x:\n        pass", 2, 0, 0, "case"),
    "lambda with a ternary": ("x = lambda y=(a or b): 1 if y else 2", 3, 0, 0, "or ternary"),
    "f-string": ("x = f'{a or b:{1 if c else 2}}'", 3, 0, 0, "or ternary"),
    "decisions in headers": (
        "with (a or b) as x, c:\n    pass\nfor y in (a if b else c):\n    pass\nwhile a:\n    pass",
        5,
        0,
        0,
        "or for ternary while",
    ),
    "decisions in unusual places": (
        "del x[a or b]\nx[a or b : c] += yield (a or b)\nraise (a or b) from (c or d)\nreturn (x := a or b)",
        7,
        0,
        0,
        "or or or or or or",
    ),
    "type of an except": ("try:\n    pass\nexcept (a or b):\n    pass", 3, 0, 0, "except or"),
    "several lines": ("x = f(\n    a\n    or\n    b,\n)", 2, 0, 0, "or"),
    "one line": ("if a: x = b or c; y = d if e else g", 4, 0, 0, "if or ternary"),
}


@pytest.mark.parametrize(("body", "number", "asserts", "unseen", "kinds"), CONSTRUCTS.values(), ids=CONSTRUCTS.keys())
def test_construct(body: str, number: int, asserts: int, unseen: int, kinds: str) -> None:
    unit = in_function(body)
    assert (unit.cyclomatic, unit.asserts, unit.unseen) == (number, asserts, unseen)
    assert [point.kind for point in unpack_points(unit.points)] == kinds.split()


# Attacks: text arranged so that a search for keywords, or for an elif, could be fooled.
HIDDEN = {
    "keyword after a hexadecimal number": ("return 0xfor 1", 2),
    "keyword after an imaginary number": ("return 1jif a else 2", 2),
    "keyword after an imaginary number, upper case": ("return 1Jor 2", 2),
    "keyword after a number": ("return [1if a else 2for a in b]", 3),
    "keyword before a bracket": ("return (a)or(b)and[c]", 3),
    "keyword before a string": ("return a or'x'and\"y\"", 3),
    "keyword behind a backslash": ("return a \\\n  or\\\n  b", 2),
    "elif with a decision of its own": ("if a:\n    pass\nelif b or c:\n    pass", 4),
    "if with a second if": ("if (1 if a else 2):\n    pass", 3),
    "for over a comprehension": ("for x in [y for y in a]:\n    pass", 3),
}


@pytest.mark.parametrize(("body", "number"), HIDDEN.values(), ids=HIDDEN.keys())
def test_hidden_decisions_are_found(body: str, number: int) -> None:
    _check_hidden("def f(a, b, c):\n" + "".join(f"    {line}\n" for line in body.split("\n")), number)


def test_an_elif_behind_a_form_feed_is_looked_into() -> None:
    # A form feed resets the indentation: this elif stands in another column than its if.
    _check_hidden("def f(a, b, c):\n    if a: pass\n  \x0c    elif b or c: pass\n", 4)


def _check_hidden(source: str, number: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert list(_radon(ast.parse(source))) == [(1, "f", number)]
    assert units(source)["f"].cyclomatic == number


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters are Python 3.12")
def test_type_parameters_belong_to_the_home() -> None:
    found = units("def f[T: (int if a else str)](x: T): pass\nclass A[T: (a or b)]: pass\ntype X = (a if b else c)\n")
    assert (found["f"].cyclomatic, found["<module>"].cyclomatic) == (1, 4)


def _radon(tree: ast.AST) -> Counter[tuple[int, str, int]]:
    """Count (line, name, complexity) as radon's visitor scores every function, wherever it stands."""
    found: Counter[tuple[int, str, int]] = Counter()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            visitor = ComplexityVisitor(no_assert=True)
            visitor.visit_FunctionDef(node)
            found[node.lineno, node.name, visitor.functions[0].complexity] += 1
    return found


def _ours(record: FileRecord) -> Counter[tuple[int, str, int]]:
    functions = (unit for unit in record.units if unit.kind == "function")
    return Counter((unit.line, unit.qualname.rpartition(".")[2], unit.cyclomatic) for unit in functions)


def _decisions(tree: ast.AST) -> int:
    """Count every decision point of a file by its definition, wherever it stands."""
    total = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.If | ast.IfExp | ast.Assert):
            total += 1
        elif isinstance(node, ast.For | ast.AsyncFor | ast.While):
            total += 1 + bool(node.orelse)
        elif isinstance(node, ast.Try | ast.TryStar):
            total += len(node.handlers) + bool(node.orelse)
        elif isinstance(node, ast.BoolOp):
            total += len(node.values) - 1
        elif isinstance(node, ast.comprehension):
            total += 1 + len(node.ifs)
        elif isinstance(node, ast.Match):
            last = node.cases[-1]
            bare = isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None and last.guard is None
            total += len(node.cases) - bare
    return total


def _sample() -> list[bytes]:
    root = sysconfig.get_path("stdlib")
    paths = [
        os.path.join(folder, name)
        for folder, _, names in os.walk(root)
        if "site-packages" not in folder
        for name in names
        if name.endswith(".py")
    ]
    chosen = random.Random(_SEED).sample(sorted(paths), min(_FILES, len(paths)))
    # Where every construct is used, whatever the sample holds.
    chosen += [os.path.join(root, "test", f"test_{name}.py") for name in ("patma", "except_star", "grammar")]
    blobs = []
    for path in chosen:
        if os.path.exists(path) and os.path.getsize(path) < 150_000:
            with open(path, "rb") as file:
                blobs.append(file.read())
    return blobs


def test_equal_to_radon_on_the_standard_library() -> None:
    functions = unequal = 0
    for blob in _sample():
        record = measure_python(blob)
        if record.problem:
            assert _refused(blob), record.problem
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(blob)
        expected = _radon(tree)
        functions += expected.total()
        unequal += (expected - _ours(record)).total() + (_ours(record) - expected).total()
        # Nothing is lost and nothing counted twice, however it is spread over functions, class bodies and the module.
        assert sum(unit.cyclomatic - 1 + unit.asserts + unit.unseen for unit in record.units) == _decisions(tree)
        for unit in record.units:
            _check_points(unit)
    assert unequal == 0
    assert functions > 1000


def _refused(blob: bytes) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(blob, "blob", "exec", _ast.PyCF_ONLY_AST, dont_inherit=True)
    except (SyntaxError, ValueError):
        return True
    return False


def _check_points(unit: Unit) -> None:
    points = unpack_points(unit.points)
    asserts = sum(point.kind == "assert" for point in points)
    unseen = sum(point.kind.startswith(UNSEEN) for point in points)
    assert (len(points) - asserts - unseen + 1, asserts, unseen) == (unit.cyclomatic, unit.asserts, unit.unseen)
    assert all(point.depth >= 0 and point.line >= 1 for point in points)
