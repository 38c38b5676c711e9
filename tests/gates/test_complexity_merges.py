"""Merges, modes and totals: who is charged for what."""

from __future__ import annotations

import pytest
from conftest import Workspace, branchy
from gates.gatelib import brief, judged

from agentops_gates.git.ranges import range_subject, staged_subject
from agentops_gates.git.repo import Repo


def _branches(repo: Workspace, start: dict[str, str], ours: dict[str, str], theirs: dict[str, str]) -> tuple[str, str]:
    root = repo.commit("start", start)
    first = repo.commit("ours", ours)
    repo.git("checkout", "-q", "-b", "side", root)
    second = repo.commit("theirs", theirs)
    repo.git("checkout", "-q", "main")
    return first, second


def test_a_merge_is_not_charged_with_what_its_parents_did(repo: Workspace) -> None:
    start = {"a.py": branchy("f", 12), "b.py": branchy("g", 12)}
    ours, theirs = _branches(repo, start, {"a.py": branchy("f", 15)}, {"b.py": branchy("g", 16)})
    repo.git("merge", "-q", "--no-edit", "side")
    assert brief(judged(repo.path, ours, theirs, head=repo.head())) == []
    assert brief(judged(repo.path, ours, head=repo.head())) == ["AG601 error g 13>17"]


def test_both_sides_of_one_file_are_not_charged_either(repo: Workspace) -> None:
    middle = "\n\n" + "x = 1\n" * 20
    f, g = branchy("f", 12), branchy("g", 12)
    ours, theirs = _branches(
        repo, {"a.py": f + middle + g}, {"a.py": branchy("f", 15) + middle + g}, {"a.py": f + middle + branchy("g", 16)}
    )
    repo.git("merge", "-q", "--no-edit", "side")
    assert brief(judged(repo.path, ours, theirs, head=repo.head())) == []


EVIL = {
    "worse than both": (branchy("f", 20), ["AG601 error f 16>21"]),
    "as bad as the worse one": (branchy("f", 15).replace("+= 1", "+= 2"), []),
    "between them": (branchy("f", 14), []),
    "new in the merge": (branchy("f", 15) + branchy("h", 10), ["AG602 error h None>11"]),
}


@pytest.mark.parametrize(("source", "expected"), EVIL.values(), ids=EVIL)
def test_an_evil_merge_is_measured_by_its_worst_parent(repo: Workspace, source: str, expected: list[str]) -> None:
    _branches(repo, {"a.py": branchy("f", 12)}, {"a.py": branchy("f", 15)}, {"a.py": branchy("f", 13)})
    repo.git("merge", "-q", "--no-commit", "side", check=False)
    repo.write("a.py", source)
    repo.git("add", "a.py")
    with Repo.open(str(repo.path)) as opened:
        bases = staged_subject(opened).bases
    assert len(bases) == 2
    assert brief(judged(repo.path, *bases)) == expected


def test_a_function_that_one_parent_lacks_is_measured_by_the_other(repo: Workspace) -> None:
    f = branchy("f", 12)
    ours, theirs = _branches(repo, {"a.py": "\n", "b.py": f}, {"a.py": f, "b.py": "\n"}, {"b.py": branchy("f", 13)})
    repo.git("merge", "-q", "--no-commit", "side", check=False)
    repo.commit("resolved", {"a.py": branchy("f", 13), "b.py": "\n"})
    assert brief(judged(repo.path, ours, theirs, head=repo.head())) == []
    worse = repo.commit("worse", {"a.py": branchy("f", 14), "b.py": "\n"})
    assert brief(judged(repo.path, ours, theirs, head=worse)) == ["AG601 error f 14>15"]


def test_a_parent_that_does_not_parse_excuses_nothing(repo: Workspace) -> None:
    ours, theirs = _branches(repo, {"a.py": branchy("f", 12)}, {"a.py": branchy("f", 13)}, {"a.py": "def\n"})
    repo.git("merge", "-q", "--no-commit", "side", check=False)
    head = repo.commit("evil", {"a.py": branchy("f", 15)})
    assert brief(judged(repo.path, ours, theirs, head=head)) == ["AG601 error f 14>16"]
    broken = repo.commit("as broken as one parent", {"a.py": "def\ndef\n"})
    assert brief(judged(repo.path, ours, theirs, head=broken)) == ["AG603 warning a.py"]


def test_an_octopus_has_three_bases(repo: Workspace) -> None:
    root = repo.commit("start", {"a.py": branchy("f", 12), "b.py": "\n", "c.py": "\n"})
    tips = []
    for name in ("b", "c"):
        repo.git("checkout", "-q", "-b", name, root)
        tips.append(repo.commit(name, {f"{name}.py": branchy(name, 14)}))
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-edit", "b", "c")
    assert brief(judged(repo.path, root, *tips, head=repo.head())) == []


def test_a_criss_cross_has_two_merge_bases(repo: Workspace) -> None:
    ours, theirs = _branches(repo, {"a.py": "\n", "b.py": "\n"}, {"a.py": branchy("f", 12)}, {"b.py": branchy("g", 12)})
    repo.git("merge", "-q", "--no-edit", theirs)
    repo.git("checkout", "-q", "side")
    repo.git("merge", "-q", "--no-edit", ours)
    head = repo.commit("grown", {"a.py": branchy("f", 13)})
    with Repo.open(str(repo.path)) as opened:
        subject = range_subject(opened, "main", head)
    assert set(subject.bases) == {ours, theirs}
    assert brief(judged(repo.path, *subject.bases, head=head)) == ["AG601 error f 13>14"]


MODES = {
    "regression, rise above": ({}, 14, 15, ["AG601 error f 15>16"]),
    "regression, rise below": ({}, 2, 5, []),
    "any rise, below": ({"mode": "any-rise"}, 2, 3, ["AG601 error f 3>4"]),
    "any rise, fall": ({"mode": "any-rise"}, 22, 21, []),
    "crossing, above already": ({"mode": "crossing"}, 14, 25, []),
    "crossing": ({"mode": "crossing"}, 9, 10, ["AG601 error f 10>11"]),
    "tolerated": ({"min_rise": 2}, 14, 15, []),
    "not tolerated": ({"min_rise": 2}, 14, 16, ["AG601 error f 15>17"]),
    "other limit": ({"max_complexity": 15}, 13, 14, []),
    "other limit crossed": ({"max_complexity": 15}, 13, 15, ["AG601 error f 14>16"]),
    "cognitive too": ({"max_cognitive": 12, "max_complexity": 99}, 12, 13, ["AG601 error f 12>13"]),
}


@pytest.mark.parametrize(("settings", "old", "new", "expected"), MODES.values(), ids=MODES)
def test_modes(repo: Workspace, settings: dict[str, object], old: int, new: int, expected: list[str]) -> None:
    base, head = repo.commit("old", {"a.py": branchy("f", old)}), repo.commit("new", {"a.py": branchy("f", new)})
    assert brief(judged(repo.path, base, head=head, **settings)) == expected


COUNTS = {
    "asserts do not count": ({}, "    assert x\n", []),
    "asserts count": ({"asserts": True}, "    assert x\n", ["AG601 error f 11>12"]),
    "radon does not look into asserts": ({}, "    assert x and x or x\n", []),
    "strict does": ({"counting": "strict"}, "    assert x and x or x\n", ["AG601 error f 11>13"]),
    "strict and asserts": (
        {"counting": "strict", "asserts": True},
        "    assert x and x or x\n",
        ["AG601 error f 11>14"],
    ),
}


@pytest.mark.parametrize(("settings", "extra", "expected"), COUNTS.values(), ids=COUNTS)
def test_what_counts(repo: Workspace, settings: dict[str, object], extra: str, expected: list[str]) -> None:
    source = branchy("f", 10)
    base, head = repo.commit("old", {"a.py": source}), repo.commit("new", {"a.py": source + extra})
    found = judged(repo.path, base, head=head, **settings)
    assert brief(found) == expected
    for finding in found:
        added = sum(int(reason.split()[0]) for reason in finding.data["why"])
        assert added == finding.data["after"] - finding.data["before"]


TOP = "".join(f"if x == {n}:\n    y = {n}\n" for n in range(12))
BODY = "class A:\n" + "".join(f"    if x == {n}:\n        y = {n}\n" for n in range(12))


@pytest.mark.parametrize(("level", "found"), [("warn", "warning"), ("error", "error"), ("off", "")])
@pytest.mark.parametrize(("source", "name"), [(TOP, "<module>"), (BODY, "A.<body>")], ids=["module", "class"])
def test_code_outside_functions(repo: Workspace, source: str, name: str, level: str, found: str) -> None:
    base, head = repo.commit("old", {"b.py": "\n"}), repo.commit("new", {"a.py": source})
    expected = [f"AG602 {found} {name} None>13"] if found else []
    assert brief(judged(repo.path, base, head=head, top_level=level)) == expected


def test_splitting_a_function_shows_the_growth_of_its_file(repo: Workspace) -> None:
    base = repo.commit("old", {"a.py": branchy("f", 20)})
    split = "".join(branchy(name, 8) for name in "fgh")
    head = repo.commit("new", {"a.py": split})
    (note,) = judged(repo.path, base, head=head)
    assert (note.rule, note.level, note.path) == ("AG609", "note", "a.py")
    assert note.message == "the file as a whole grew by 4 decision points (+2 functions)"


def test_splitting_a_function_over_files_shows_the_growth_of_the_change(repo: Workspace) -> None:
    base = repo.commit("old", {"a.py": branchy("f", 20)})
    head = repo.commit("new", {"a.py": branchy("f", 8), "b.py": branchy("g", 8), "c.py": branchy("h", 8)})
    (note,) = judged(repo.path, base, head=head)
    assert (note.rule, note.level, note.path) == ("AG609", "note", None)
    assert "grew by 4 decision points" in note.message


def test_a_split_without_growth_says_nothing(repo: Workspace) -> None:
    base = repo.commit("old", {"a.py": branchy("f", 20)})
    head = repo.commit("new", {"a.py": branchy("f", 8), "b.py": branchy("g", 8), "c.py": branchy("h", 4)})
    assert judged(repo.path, base, head=head) == []


def test_a_limit_on_the_growth_of_a_file(repo: Workspace) -> None:
    base = repo.commit("old", {"a.py": branchy("f", 5), "b.py": branchy("f", 5)})
    both = {
        "a.py": branchy("f", 5) + branchy("g", 4),
        "b.py": branchy("f", 5) + branchy("g", 5),
        "new.py": branchy("n", 9),
    }
    head = repo.commit("new", both)
    assert brief(judged(repo.path, base, head=head, max_file_growth=4)) == ["AG609 error b.py"]
