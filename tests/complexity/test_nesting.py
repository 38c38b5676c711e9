"""Why a cognitive number rose: what each decision costs where it stands; the sum is always the difference."""

from __future__ import annotations

import re

import pytest
from complexity.complib import compared
from conftest import Workspace
from gates.gatelib import judged

from agentops_gates.complexity.explain import Sources
from agentops_gates.complexity.nesting import explain_cognitive
from agentops_gates.git.repo import Repo

OLD = """\
def f(a, b):
    if a:
        b += 1
    for item in b:
        print(item)
    return b
"""
DEEP = "        print(item)"
REST = "in else branches, and/or, match or recursion"

TABLE = {
    "at the top": (OLD + "    if b:\n        pass\n", ["+1 if, line 7"]),
    "nested once": (OLD.replace(DEEP, "        if item:\n            print(item)"), ["+2 if (nested 1), line 5"]),
    "nested twice": (
        OLD.replace(DEEP, "        while item:\n            if item:\n                print(item)"),
        ["+3 if (nested 2), line 6", "+2 while (nested 1), line 5"],
    ),
    "all in a condition": (
        "def f(a, b):\n    if b:\n" + "".join(f"    {line}\n" for line in OLD.splitlines()[1:-1]) + "    return b\n",
        ["+1 if, line 2", "+1 if (nested 0 -> 1), line 3", "+1 for (nested 0 -> 1), line 5"],
    ),
    "out of the loop": (
        OLD.replace("    for item in b:\n        print(item)\n", "    b.clear() if b else a if a else b\n"),
        ["+2 ternary (nested 1), line 4", "+1 ternary, line 4", "-1 for, old line 4"],
    ),
    "no line of its own": (
        OLD.replace("if a:\n        b += 1", "if a and b:\n        b += 1\n    else:\n        f(a, b)"),
        [f"+3 {REST}"],
    ),
    "elif and else": (
        OLD.replace("        b += 1", "        b += 1\n    elif b:\n        b = 2\n    else:\n        b = 3"),
        ["+1 elif, line 4", f"+1 {REST}"],
    ),
    "inside an assert": (OLD + "    assert a if b else a\n", ["+1 ternary, line 7"]),
    "except in a loop": (
        OLD.replace(DEEP, "        try:\n            pass\n        except* E:\n            pass"),
        ["+2 except* (nested 1), line 7"],
    ),
    "filters": (
        OLD + "    [x for x in a if x if not x]\n",
        ["+2 filter, line 7", "+1 comprehension, line 7"],
    ),
    "many": (
        OLD + "".join(f"    {'  ' * depth}if b{depth}:\n" for depth in range(8)) + " " * 30 + "pass\n",
        [
            "+8 if (nested 7), line 14",
            "+7 if (nested 6), line 13",
            "+6 if (nested 5), line 12",
            "+5 if (nested 4), line 11",
            "+4 if (nested 3), line 10",
            "+3 if (nested 2), line 9",
            "+2 if (nested 1), line 8",
            "+1 if, line 7",
        ],
    ),
    "recursion": (OLD.replace("return b", "return f(a, b)"), [f"+1 {REST}"]),
    "new": (None, ["+1 if, line 2", "+1 for, line 4"]),
}


@pytest.mark.parametrize(("new", "expected"), TABLE.values(), ids=TABLE)
def test_explain(repo: Workspace, new: str | None, expected: list[str]) -> None:
    base = repo.commit("old", {"a.py": OLD if new else "x = 1\n"})
    head = repo.commit("new", {"a.py": new or OLD})
    (delta,) = [delta for delta in compared(repo.path, base, head).deltas if delta.after]
    assert delta.after
    before = delta.befores[0]
    with Repo.open(str(repo.path)) as opened:
        reasons = list(explain_cognitive(before, delta.after, Sources(opened.objects)))
    assert reasons == expected
    difference = delta.after.unit.cognitive - (before.unit.cognitive if before else 0)
    assert sum(int(re.match(r"[+-]\d+", reason)[0]) for reason in reasons) == difference  # type: ignore[index]


def test_a_finding_says_it(repo: Workspace) -> None:
    base = repo.commit("old", {"a.py": OLD})
    deeper = OLD.replace(DEEP, "        while item:\n            if item:\n                print(item)")
    head = repo.commit("new", {"a.py": deeper})
    (finding,) = judged(repo.path, base, head=head, max_cognitive=6)
    assert finding.message == (
        "`f` rose 2 -> 7 (cognitive complexity, limit 6): +3 if (nested 2), line 6; +2 while (nested 1), line 5"
    )


def test_a_number_without_any_decision_point_is_told_too(repo: Workspace) -> None:
    base = repo.commit("old", {"a.py": "def f(a):\n    return a\n"})
    head = repo.commit("new", {"a.py": "def f(a):\n    return f(a)\n"})
    (finding,) = judged(repo.path, base, head=head, max_cognitive=1, mode="any-rise")
    assert finding.data["why"] == [f"+1 {REST}"]


def test_another_language_has_no_points(repo: Workspace) -> None:
    base = repo.commit("old", {"a.js": "function f(a) {\n  return a\n}\n"})
    head = repo.commit("new", {"a.js": "function f(a) {\n  if (a) { if (b) { return b } }\n  return a\n}\n"})
    (finding,) = judged(repo.path, base, head=head, max_cognitive=2)
    assert finding.data["why"] == ["no decision points are recorded for javascript"]
