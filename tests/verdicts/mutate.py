"""Mutation testing of the decision, on demand: ``python tests/verdicts/mutate.py [MODULE...]``.

Every comparison, condition, constant and result of the modules that decide is changed, one at a time, and the tests
have to notice. What survives is printed; it has to be a change of words, or one that no decision can depend on. The
files are not touched: a mutant lives in a process of its own. It takes about a second for each.
"""

from __future__ import annotations

import ast
import copy
import importlib.abc
import importlib.util
import itertools
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
MODULES = ("word", "lineage", "binding", "book", "case", "judges", "levels", "leave", "decide", "derive")
FAST = (
    "test_decide",
    "test_decide_standing",
    "test_decide_moved",
    "test_leave",
    "test_rewind",
    "test_levels",
    "test_lineage",
)
SLOW = ("test_decide_properties", "test_derive", "test_decide_git")
SECONDS = 120
COMPARISONS = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
OPERATORS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.Mult: ast.Add}
CALLS = {"any": "all", "all": "any", "min": "max", "max": "min", "sorted": "list"}
METHODS = ("casefold", "strip")


def comparison(node: ast.Compare) -> Iterator[ast.AST]:
    for other in COMPARISONS[type(node.ops[0])]:
        yield ast.Compare(node.left, [other(), *node.ops[1:]], node.comparators)


def condition(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    for value in node.values:
        rest = [item for item in node.values if item is not value]
        yield ast.BoolOp(node.op, rest) if len(rest) > 1 else rest[0]


def operation(node: ast.BinOp) -> Iterator[ast.AST]:
    if type(node.op) in OPERATORS:
        yield ast.BinOp(node.left, OPERATORS[type(node.op)](), node.right)


def constant(node: ast.Constant) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield from (ast.Constant(value + 1), ast.Constant(value - 1))
    elif isinstance(value, str):
        yield ast.Constant(f"{value}~")


def branch(node: ast.If | ast.IfExp) -> Iterator[ast.AST]:
    for truth in (True, False):
        yield type(node)(ast.Constant(truth), node.body, node.orelse)


def comprehension(node: ast.comprehension) -> Iterator[ast.AST]:
    for left_out in node.ifs:
        rest = [item for item in node.ifs if item is not left_out]
        yield ast.comprehension(node.target, node.iter, rest, node.is_async)


def result(node: ast.Return) -> Iterator[ast.AST]:
    if node.value is not None:
        yield from (ast.Return(ast.Constant(value)) for value in (None, ""))


def call(node: ast.Call) -> Iterator[ast.AST]:
    if isinstance(node.func, ast.Name) and node.func.id in CALLS:
        yield ast.Call(ast.Name(CALLS[node.func.id], ast.Load()), node.args, node.keywords)
    elif isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
        yield node.func.value


#: By type of node, what may stand in its place.
VARIANTS: dict[type, Callable[[Any], Iterable[ast.AST]]] = {
    ast.Compare: comparison,
    ast.BoolOp: condition,
    ast.UnaryOp: lambda node: [node.operand],
    ast.BinOp: operation,
    ast.Constant: constant,
    ast.If: branch,
    ast.IfExp: branch,
    ast.comprehension: comprehension,
    ast.Return: result,
    ast.Expr: lambda node: [ast.Pass()],
    ast.Continue: lambda node: [ast.Pass()],
    ast.Call: call,
}


def silent(tree: ast.Module) -> set[int]:
    """Return the nodes in which nothing is decided: annotations, docstrings, and the text around values."""
    found = itertools.chain.from_iterable(map(quiet_parts, ast.walk(tree)))
    return {id(below) for node in found for below in ast.walk(node)}


def quiet_parts(node: ast.AST) -> list[ast.AST]:
    """Return those of one node in which nothing is decided."""
    if isinstance(node, ast.FunctionDef):
        parts = (node.returns, *(item.annotation for item in (*node.args.args, *node.args.kwonlyargs)))
        return [part for part in parts if part]
    if isinstance(node, ast.AnnAssign):
        return [node.annotation]
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return [node] if docstring or isinstance(node, ast.JoinedStr) else []


def mutants(source: str) -> Iterator[tuple[int, str, ast.Module]]:
    """Yield line, what was put there, and the whole module for every mutant."""
    tree = ast.parse(source)
    skipped, line = silent(tree), 0
    for node in ast.walk(tree):
        line = getattr(node, "lineno", line)
        if id(node) in skipped or type(node) not in VARIANTS:
            continue
        for variant in VARIANTS[type(node)](node):
            mutant = copy.deepcopy(tree, {id(node): ast.fix_missing_locations(ast.copy_location(variant, node))})
            yield line, f"{ast.unparse(node)!r:.50} -> {ast.unparse(variant)!r:.50}", ast.fix_missing_locations(mutant)


class Swapped(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from a tree in place of its file."""

    def __init__(self, name: str, tree: ast.Module) -> None:
        self.name, self.tree = name, tree

    def find_spec(self, name: str, *_: object) -> object:
        return importlib.util.spec_from_loader(name, self) if name == self.name else None

    def exec_module(self, module: object) -> None:
        exec(compile(self.tree, self.name, "exec"), vars(module))


def noticed(name: str, tree: ast.Module, tests: tuple[str, ...]) -> bool:
    """Whether any of ``tests`` fails, or never ends, with the module as in ``tree``."""
    place = tempfile.mkdtemp(prefix="mutant-")
    child = os.fork()
    if not child:
        code = 1
        try:
            null = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(null, stream)
            signal.alarm(SECONDS)
            sys.meta_path.insert(0, Swapped(name, tree))
            import pytest

            files = [str(ROOT / "tests/verdicts" / f"{test}.py") for test in tests]
            code = pytest.main(["-x", "-p", "no:cacheprovider", f"--rootdir={ROOT}", f"--basetemp={place}/t", *files])
        finally:
            os._exit(int(code))
    _, status = os.waitpid(child, 0)
    shutil.rmtree(place, ignore_errors=True)
    return status != 0


def main(modules: tuple[str, ...]) -> int:
    """Try every mutant of ``modules`` and print the survivors; return how many there are."""
    survivors = total = 0
    for module in modules:
        name = f"agentops_gates.verdicts.{module}"
        source = (ROOT / "agentops_gates/verdicts" / f"{module}.py").read_text()
        if noticed(name, ast.parse(source), FAST):
            raise SystemExit(f"the tests fail without any change of {module}")
        for line, what, tree in mutants(source):
            total += 1
            if not noticed(name, tree, FAST) and not noticed(name, tree, SLOW):
                survivors += 1
                print(f"{module}.py:{line}: {what}", flush=True)
    print(f"{total} mutants, {survivors} survive")
    return survivors


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(bool(main(tuple(sys.argv[1:]) or MODULES)))
