"""Cognitive complexity: what costs nothing, each rule with its number, and agreement with complexipy on real trees."""

from __future__ import annotations

import ast
import os
import random
import sysconfig
import warnings
from collections.abc import Iterator

import pytest

from agentops_gates.complexity.python import measure_python

complexipy = pytest.importorskip("complexipy")

_FILES = 150
_SEED = 20260102


def cognitive(body: str, name: str = "f") -> int:
    source = "async def f(self, a, b, c):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    return next(unit.cognitive for unit in measure_python(source.encode()).units if unit.qualname == name)


FREE = {
    "nothing": "pass",
    "with": "with a as b, c:\n    pass",
    "try and finally": "try:\n    pass\nfinally:\n    pass",
    "lambda": "x = lambda y: y",
    "assert": "assert a, b",
    "jumps": "return a",
    "a nested function is a unit of its own": "def g():\n    if a and b:\n        pass",
    "a nested class is a unit of its own": "class A:\n    x = 1 if a else 2",
    "recursion in a nested function": "def g():\n    return f()",
    "a method's own name through another object": "return a.f()",
}


@pytest.mark.parametrize("body", FREE.values(), ids=FREE.keys())
def test_what_costs_nothing(body: str) -> None:
    assert cognitive(body) == 0


RULES = {
    "if": ("if a:\n    pass", 1),
    "if, elif, else": ("if a:\n    pass\nelif b:\n    pass\nelse:\n    pass", 3),
    "nested if": ("if a:\n    if b:\n        pass", 3),
    "if in else": ("if a:\n    pass\nelse:\n    if b:\n        pass", 4),
    "elif does not nest": ("if a:\n    if b:\n        pass\n    elif c:\n        pass\n    else:\n        pass", 5),
    "ternary": ("x = 1 if a else 2", 1),
    "ternary in ternary": ("x = 1 if a else (2 if b else 3)", 3),
    "condition of a ternary does not nest": ("x = 1 if (a if b else c) else 2", 2),
    "ternary in the condition of an if": ("if (1 if a else 2):\n    pass", 2),
    "one sequence": ("x = a and b and c", 1),
    "two sequences": ("x = a and b or c", 2),
    "three sequences": ("x = a and b or c and a", 3),
    "parentheses around like operators": ("x = a and (b and c)", 1),
    "negated parentheses": ("x = a and not (b and c)", 2),
    "for and while nest": ("for x in a:\n    while b:\n        pass", 3),
    "else of a loop counts and nests": ("for x in a:\n    pass\nelse:\n    if b:\n        pass", 4),
    "except nests, try does not": ("try:\n    if a:\n        pass\nexcept A:\n    if b:\n        pass", 4),
    "else of try counts and nests": ("try:\n    pass\nexcept A:\n    pass\nelse:\n    if a:\n        pass", 4),
    "except*": ("try:\n    pass\nexcept* A:\n    pass", 1),
    "finally does not nest": ("try:\n    pass\nfinally:\n    if a:\n        pass", 1),
    "with does not nest": ("with a:\n    if b:\n        pass", 1),
    "match is one, its cases nest": (
        "match a:\n    case 1:\n        if b:\n            pass\n    case 2:\n        pass",
        3,
    ),
    "guard and subject are looked into": ("match (a or b):\n    case 1 if b and c:\n        pass", 3),
    "comprehension": ("x = [y for y in a]", 1),
    "comprehension with filters": ("x = [y for y in a if b if c]", 3),
    "comprehension in an if": ("if a:\n    x = [y for y in a for z in y]", 5),
    "comprehension in a comprehension": ("x = [[z for z in y] for y in a]", 3),
    "lambda nests": ("x = lambda: 1 if a else 2", 2),
    "recursion counts once": ("f()\nreturn f() + f()", 1),
    "recursion with a space": ("return f (1)", 1),
    "assert with operators": ("assert a and b or c", 2),
    "operands, subscripts, f-strings, awaits": ("x = 1 + (a or b)\ny = x[a or b]\nz = f'{a or b}'\nawait (a or b)", 4),
}


@pytest.mark.parametrize(("body", "number"), RULES.values(), ids=RULES.keys())
def test_rule(body: str, number: int) -> None:
    assert cognitive(body) == number


METHODS = {
    "self": ("return self.m()", 1),
    "cls": ("return cls.m() or cls.m()", 2),
    "a function of the same name": ("return m()", 0),
    "super": ("return super().m()", 0),
    "in a docstring only": ("'''self.m()'''", 0),
    "not called": ("return self.m", 0),
}


@pytest.mark.parametrize(("body", "number"), METHODS.values(), ids=METHODS.keys())
def test_recursion_of_methods(body: str, number: int) -> None:
    assert cognitive(f"class A:\n    def m(self, cls):\n        {body}", "f.<locals>.A.m") == number


_DECIDES = (ast.BoolOp, ast.IfExp, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# What complexipy 8 does not look into.
_BLIND = (
    *(ast.BinOp, ast.Subscript, ast.Slice, ast.JoinedStr, ast.Starred, ast.Await, ast.Yield, ast.YieldFrom),
    *(ast.Delete, ast.NamedExpr, ast.Attribute, ast.keyword, ast.match_case, ast.arguments, ast.UnaryOp, ast.Compare),
    *(ast.List, ast.Tuple, ast.Dict, ast.Set, ast.Call, ast.BoolOp),
)


def _own(function: ast.AST) -> Iterator[ast.AST]:
    todo: list[ast.AST] = list(getattr(function, "body", []))
    while todo:
        node = todo.pop()
        yield node
        todo.extend(ast.iter_child_nodes(node))


def _agreed(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tell whether a function holds nothing that we score in another way than complexipy, on purpose."""
    return not any(_disputed(node, function.name) for node in _own(function))


def _disputed(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.For | ast.AsyncFor | ast.While | ast.Try | ast.TryStar):
        return bool(node.orelse)
    if isinstance(node, ast.Call) and name in {getattr(node.func, "id", ""), getattr(node.func, "attr", "")}:
        return True
    inside = (child for child in ast.walk(node) if child is not node)
    blind = isinstance(node, _BLIND) and any(isinstance(child, _DECIDES) for child in inside)
    return blind or isinstance(node, (*_SCOPES, ast.Match))


def test_equal_to_complexipy_where_both_follow_the_same_rule() -> None:
    compared = 0
    for source in _sample():
        tree = ast.parse(source)
        ours = {
            (unit.end_line, unit.qualname.rpartition(".")[2]): unit.cognitive
            for unit in measure_python(source.encode()).units
            if unit.kind == "function"
        }
        theirs = {
            (found.line_end, found.name.rpartition("::")[2]): found.complexity
            for found in complexipy.code_complexity(source).functions
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                key = (node.end_lineno or 0, node.name)
                if key in theirs and _agreed(node):
                    compared += 1
                    assert ours[key] == theirs[key], (node.name, ast.unparse(node))
    assert compared > 1000


def _sample() -> Iterator[str]:
    root = sysconfig.get_path("stdlib")
    paths = sorted(
        os.path.join(folder, name)
        for folder, _, names in os.walk(root)
        if "site-packages" not in folder and f"{os.sep}lib2to3{os.sep}" not in folder
        for name in names
        if name.endswith(".py")
    )
    for path in random.Random(_SEED).sample(paths, _FILES):
        with open(path, "rb") as file:
            blob = file.read()
        if len(blob) < 100_000 and not measure_python(blob).problem:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    source = blob.decode("utf-8")
                    ast.parse(source)
            except (UnicodeDecodeError, SyntaxError):
                continue
            yield source
