"""Why a number rose: decision points aligned between versions, from real blobs."""

from __future__ import annotations

import pytest
from complexity.complib import compared
from conftest import Workspace

from agentops_gates.complexity.explain import RADON, Counted, Sources, explain
from agentops_gates.git.repo import Repo

OLD = """\
def f(a, b):
    if a:
        b += 1
    for item in b:
        print(item)
    return b
"""

MANY = """\
    [x for x in a if x]
    while a or b and a:
        a = 1 if b else 2
    try:
        pass
    except E:
        pass
    match a:
        case 1:
            pass
"""
TABLE = {
    "one if": (OLD.replace("        print(item)", "        if item:\n            print(item)"), ["+1 if, line 5"]),
    "operators": (OLD.replace("if a:", "if a and b and f:"), ["+2 and, line 2"]),
    "shifted by lines above": ("import os\n\n\n" + OLD.replace("if a:", "if a or b:"), ["+1 or, line 5"]),
    "everything indented": (
        OLD.replace("    if a:", "    while a:\n      if a:").replace("        b +=", "          b +="),
        ["+1 while, line 2"],
    ),
    "a line edited in place": (OLD.replace("if a:", "if a > 3 or b:"), ["+1 or, line 2"]),
    "taken away and added": (
        OLD.replace("    if a:\n        b += 1\n", "").replace("return b", "return b if a else b or a"),
        ["+1 ternary, line 4", "+1 or, line 4", "-1 if, old line 2"],
    ),
    "moved within the function": (
        OLD.replace("    if a:\n        b += 1\n", "").replace(
            "    return b", "    if a:\n        b += 1\n    if b:\n        a = 1\n    return a"
        ),
        ["+1 if, line 6"],
    ),
    "many lines": (OLD + "    if a:\n        pass\n" * 5, ["+5 if, lines 7, 9, 11, 13, 15"]),
    "many kinds": (
        OLD + MANY,
        [
            "+1 comprehension, line 7",
            "+1 filter, line 7",
            "+1 while, line 8",
            "+1 or, line 8",
            "+1 and, line 8",
            "+1 ternary, line 9",
            "+1 except, line 12",
            "+1 case, line 15",
        ],
    ),
    "new": (None, ["1 if", "1 for"]),
}


@pytest.mark.parametrize(("new", "expected"), TABLE.values(), ids=TABLE)
def test_explain(repo: Workspace, new: str | None, expected: list[str]) -> None:
    base = repo.commit("old", {"a.py": OLD if new else "x = 1\n"})
    head = repo.commit("new", {"a.py": new or OLD})
    assert _reasons(repo, base, head) == expected


def test_line_ends_do_not_matter(repo: Workspace) -> None:
    base = repo.commit("old", {"a.py": OLD.replace("\n", "\r\n")})
    head = repo.commit("new", {"a.py": OLD.replace("if a:", "if a and b:").replace("\n", "\r")})
    assert _reasons(repo, base, head) == ["+1 and, line 2"]


def test_only_what_the_policy_counts_is_a_reason(repo: Workspace) -> None:
    base = repo.commit("old", {"a.py": OLD})
    head = repo.commit("new", {"a.py": OLD.replace("if a:", "if a and b:") + "    assert a or b\n"})
    assert _reasons(repo, base, head) == ["+1 and, line 2"]
    assert _reasons(repo, base, head, Counted(asserts=True)) == ["+1 and, line 2", "+1 assert, line 7"]
    both = Counted(asserts=True, unseen=True)
    assert _reasons(repo, base, head, both) == ["+1 and, line 2", "+1 assert, line 7", "+1 or, line 7"]


def _reasons(repo: Workspace, base: str, head: str, counted: Counted = RADON) -> list[str]:
    (delta,) = [delta for delta in compared(repo.path, base, head).deltas if delta.after]
    assert delta.after
    with Repo.open(str(repo.path)) as opened:
        return list(explain(delta.befores[0], delta.after, Sources(opened.objects), counted))
