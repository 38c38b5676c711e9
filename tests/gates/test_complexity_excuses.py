"""Whoever edits the change must not edit its judgement: comments, marks, markers, exemptions, exclusions."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Workspace, branchy
from gates.gatelib import brief, judged

from agentops_gates.model.errors import SkippedError, UndecidedError

ALLOW = "  # agentops: allow[AG601] a table by nature"
EXEMPTIONS = "agentops-gates.exemptions"


def _big(decisions: int, comment: str = "") -> str:
    return branchy("big", decisions).replace("(x):", f"(x):{comment}", 1)


COMMENTS = {
    "added with growth": (_big(20), _big(23, ALLOW), ["AG601 error big 21>24", "AG606 error a.py"]),
    "added without growth": (_big(20), _big(20, ALLOW), ["AG606 error a.py"]),
    "added to a new function": (
        "\n",
        _big(20, ALLOW.replace("1]", "2]")),
        ["AG602 error big None>21", "AG606 error a.py"],
    ),
    "there before": (_big(20, ALLOW), _big(23, ALLOW), ["AG601 note big 21>24"]),
    "there before, in the body": (
        _big(20) + "   " + ALLOW + "\n    y = 1\n",
        _big(23) + "   " + ALLOW + "\n    y = 1\n",
        ["AG601 note big 21>24"],
    ),
    "there before, for another rule": (
        _big(20, ALLOW.replace("AG601", "AG602")),
        _big(23, ALLOW.replace("AG601", "AG602")),
        ["AG601 error big 21>24"],
    ),
    "another rule added": (
        _big(20, ALLOW.replace("AG601", "AG602")),
        _big(23, ALLOW.replace("AG601", "AG601, AG602")),
        ["AG601 error big 21>24", "AG606 error a.py"],
    ),
    "moved from a twin": (
        _big(20) + branchy("low", 11).replace("(x):", "(x):" + ALLOW),
        _big(23, ALLOW) + branchy("low", 11),
        ["AG601 error big 21>24", "AG606 error a.py"],
    ),
    "of the function around": (
        "def f():" + ALLOW + "\n" + branchy("big", 20, "    "),
        "def f():" + ALLOW + "\n" + branchy("big", 23, "    "),
        ["AG601 error f.<locals>.big 21>24", "AG607 warning a.py"],
    ),
    "above the function": (
        ALLOW.strip() + "\n" + _big(20),
        ALLOW.strip() + "\n" + _big(23),
        ["AG601 error big 21>24", "AG607 warning a.py"],
    ),
    "without a reason": (
        _big(20, "  # agentops: allow[AG601]"),
        _big(23, "  # agentops: allow[AG601]"),
        ["AG601 error big 21>24", "AG607 warning a.py"],
    ),
    "unknown rule": (
        _big(20, ALLOW.replace("AG601", "AG999")),
        _big(23, ALLOW.replace("AG601", "AG999")),
        ["AG601 error big 21>24", "AG607 warning a.py"],
    ),
    "misspelt": (
        _big(20, ALLOW.replace("allow", "alow")),
        _big(23, ALLOW.replace("allow", "alow")),
        ["AG601 error big 21>24", "AG607 warning a.py"],
    ),
    "a malformed one is mended: its reason": (
        _big(20, "  # agentops: allow[AG601]"),
        _big(20, ALLOW),
        ["AG606 error a.py"],
    ),
    "a malformed one is mended: its rules": (
        _big(20, ALLOW.replace("AG601", "AG601, AG603")),
        _big(20, ALLOW),
        ["AG606 error a.py"],
    ),
    "for a rule that cannot be allowed": (
        "\n",
        "def f():  # agentops: allow[AG603] legacy\n    pass\n",
        ["AG607 warning a.py"],
    ),
    "for another gate": ("\n", "def f():  # agentops: allow[AG401] theirs\n    pass\n", []),
    "needed no more": (_big(20, ALLOW), _big(5, ALLOW), ["AG607 warning a.py"]),
    "reworded": (_big(20, ALLOW), _big(20, ALLOW + " indeed"), []),
    "in a string": (
        _big(20),
        _big(23).replace("return x", "return '# agentops: allow[AG601] no'"),
        ["AG601 error big 21>24"],
    ),
    "moved along": (_big(20, ALLOW), _big(23, ALLOW).replace("big", "large"), ["AG601 note large 21>24"]),
}


@pytest.mark.parametrize(("old", "new", "expected"), COMMENTS.values(), ids=COMMENTS)
def test_comments_count_as_the_base_has_them(repo: Workspace, old: str, new: str, expected: list[str]) -> None:
    base, head = repo.commit("old", {"a.py": old}), repo.commit("new", {"a.py": new})
    assert brief(judged(repo.path, base, head=head)) == expected


def test_comments_of_the_change_count_where_the_policy_says_so_and_are_shown(repo: Workspace) -> None:
    base, head = repo.commit("old", {"a.py": _big(20)}), repo.commit("new", {"a.py": _big(23, ALLOW)})
    found = judged(repo.path, base, head=head, suppressions="head")
    assert brief(found) == ["AG601 note big 21>24", "AG606 warning a.py"]
    assert any("a table by nature" in finding.message for finding in found if finding.rule == "AG606")


def test_a_comment_that_only_one_parent_has_is_not_new_and_does_not_count(repo: Workspace) -> None:
    start = repo.commit("start", {"a.py": _big(20)})
    ours = repo.commit("ours", {"b.py": "\n"})
    repo.git("checkout", "-q", "-b", "side", start)
    theirs = repo.commit("theirs", {"a.py": _big(21, ALLOW)})
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-commit", "side")
    assert brief(judged(repo.path, ours, theirs)) == []
    repo.write("a.py", _big(25, ALLOW))
    repo.git("add", "a.py")
    assert brief(judged(repo.path, ours, theirs)) == ["AG601 error big 22>26"]


GENERATED = {
    "attribute in the base": ({".gitattributes": "gen/* linguist-generated\n"}, {}, ["AG605 note gen/a.py"]),
    "vendored in the base": ({"gen/.gitattributes": "a.py linguist-vendored=true\n"}, {}, ["AG605 note gen/a.py"]),
    "attribute added with growth": ({}, {".gitattributes": "gen/* linguist-generated\n"}, ["AG601 error big 21>24"]),
    "attribute unset by the change": (
        {".gitattributes": "gen/* linguist-generated\n"},
        {".gitattributes": "gen/* -linguist-generated\n"},
        ["AG605 note gen/a.py"],
    ),
    "attribute not set": ({".gitattributes": "gen/* -linguist-generated\n"}, {}, ["AG601 error big 21>24"]),
}


@pytest.mark.parametrize(("base_files", "head_files", "expected"), GENERATED.values(), ids=GENERATED)
def test_attributes_count_as_the_base_has_them(
    repo: Workspace, base_files: dict[str, str], head_files: dict[str, str], expected: list[str]
) -> None:
    base = repo.commit("old", {**base_files, "gen/a.py": _big(20)})
    head = repo.commit("new", {**head_files, "gen/a.py": _big(23)})
    assert brief(judged(repo.path, base, head=head)) == expected


def test_growth_does_not_hide_by_moving_to_a_generated_file(repo: Workspace) -> None:
    base = repo.commit("old", {".gitattributes": "gen/* linguist-generated\n", "a.py": _big(20), "gen/b.py": _big(20)})
    repo.git("rm", "-q", "a.py", "gen/b.py")
    head = repo.commit("new", {"gen/a.py": _big(23), "gen/c.py": _big(24)})
    found = judged(repo.path, base, head=head)
    assert sum(finding.rule == "AG601" for finding in found) == 1
    assert brief(found)[0].startswith("AG601 error big 21>")


def test_a_file_that_is_renamed_out_of_judgement_is_said(repo: Workspace) -> None:
    base = repo.commit("old", {"a.py": _big(20), "b.py": _big(21), "c.py": _big(22)})
    repo.git("rm", "-q", "a.py", "b.py", "c.py")
    head = repo.commit("new", {"vendor/a.py": _big(20) + "#", "b.txt": _big(21) + "#", "c.pyx": _big(22) + "#"})
    found = judged(repo.path, base, head=head, exclude=["vendor"])
    assert brief(found) == ["AG605 warning b.txt", "AG605 warning c.pyx", "AG605 warning vendor/a.py"]


def test_attributes_outside_the_tree_do_not_count(repo: Workspace) -> None:
    base, head = repo.commit("old", {"a.py": _big(20)}), repo.commit("new", {"a.py": _big(23)})
    repo.write(".git/info/attributes", "* linguist-generated\n")
    repo.write(".gitattributes", "* linguist-generated\n")
    repo.write("everywhere", "* linguist-generated\n")
    repo.git("config", "core.attributesFile", str(Path(repo.path, "everywhere")))
    assert brief(judged(repo.path, base, head=head)) == ["AG601 error big 21>24"]


@pytest.mark.parametrize("marker", ["# @generated by x\n", "#!x\n# Code generated by protoc. DO NOT EDIT.\n"])
def test_markers_count_as_the_base_has_them(repo: Workspace, marker: str) -> None:
    marked = repo.commit("marked", {"a.py": marker + _big(20), "plain.py": _big(20)})
    both = {"a.py": marker + _big(23), "plain.py": marker + _big(23), "new.py": marker + _big(23).replace("big", "new")}
    head = repo.commit("grown", both)
    expected = ["AG601 error big 21>24", "AG602 error new None>24", "AG605 note a.py"]
    assert brief(judged(repo.path, marked, head=head)) == expected


EXEMPT = {
    "within its number": ("a.py::big = 24, parser, 2999-12-31\n", 23, []),
    "beyond its number": ("a.py::big = 23, parser, 2999-12-31\n", 23, ["AG601 error big 21>24"]),
    "two lines, the lower counts": (
        "a.py::big = 23, parser, 2999-12-31\na.py::big = 99, parser, 2999-12-31\n",
        23,
        ["AG601 error big 21>24"],
    ),
    "of another function": (
        "a.py::bigger = 24, parser, 2999-12-31\n",
        23,
        ["AG601 error big 21>24", "AG608 warning agentops-gates.exemptions"],
    ),
    "expired": (
        "a.py::big = 24, parser, 2020-01-01\n",
        23,
        ["AG601 error big 21>24", "AG608 warning agentops-gates.exemptions"],
    ),
    "needed no more": ("a.py::big = 24, parser, 2999-12-31\n", 5, ["AG608 warning agentops-gates.exemptions"]),
    "of an untouched file": ("b.py::gone = 24, parser, 2020-01-01\n", 5, []),
}


@pytest.mark.parametrize(("lines", "decisions", "expected"), EXEMPT.values(), ids=EXEMPT)
def test_exemptions(repo: Workspace, lines: str, decisions: int, expected: list[str]) -> None:
    base = repo.commit("old", {EXEMPTIONS: lines, "a.py": _big(20)})
    head = repo.commit("new", {"a.py": _big(decisions)})
    assert brief(judged(repo.path, base, head=head)) == expected


def test_an_exemption_that_comes_with_the_change_does_not_count(repo: Workspace) -> None:
    base = repo.commit("old", {"a.py": _big(20)})
    head = repo.commit("new", {"a.py": _big(23), EXEMPTIONS: "a.py::big = 24, parser, 2999-12-31\n"})
    assert brief(judged(repo.path, base, head=head)) == ["AG601 error big 21>24"]


def test_an_exemption_follows_its_function(repo: Workspace) -> None:
    base = repo.commit("old", {"a.py": _big(20), EXEMPTIONS: "a.py::big = 24, parser, 2999-12-31\n"})
    head = repo.commit("new", {"a.py": None, "b.py": _big(23)})
    found = judged(repo.path, base, head=head)
    assert brief(found) == ["AG608 warning agentops-gates.exemptions"]
    assert "now b.py" in found[0].message


def test_a_malformed_list_is_undecided_until_a_change_mends_it_without_its_help(repo: Workspace) -> None:
    broken = "a.py::big = 99, parser, 2999-12-31\na.py::other = many\n"
    base = repo.commit("old", {"a.py": _big(20), EXEMPTIONS: broken})
    head = repo.commit("new", {"a.py": _big(23)})
    with pytest.raises(UndecidedError, match=r"agentops-gates\.exemptions of the base, line 2: "):
        judged(repo.path, base, head=head)
    mended = repo.commit("mended", {EXEMPTIONS: broken.splitlines()[0]})
    assert brief(judged(repo.path, base, head=mended)) == [
        "AG601 error big 21>24",
        "AG608 warning agentops-gates.exemptions",
    ]


def test_a_line_that_comes_too_late_allows_nothing_and_is_told(repo: Workspace) -> None:
    base = repo.commit("old", {"a.py": _big(20), EXEMPTIONS: "a.py::old = 30, why, 2020-01-01\n"})
    late = "# why\na.py::big = 99, parser, 2020-12-31\na.py::old = 30, why, 2020-01-01\n"
    head = repo.commit("new", {"a.py": _big(23), EXEMPTIONS: late})
    found = judged(repo.path, base, head=head)
    (told,) = [one for one in found if one.rule == "AG608" and one.line == 2]
    assert (told.level, told.path) == ("warning", EXEMPTIONS)
    assert told.message == "the exemption of a.py::big ended on 2020-12-31: it allows nothing"
    assert "AG601 error big 21>24" in brief(found)


def test_a_late_line_of_a_first_list_is_told_too(repo: Workspace) -> None:
    repo.write(EXEMPTIONS, "a.py::big = 99, parser, 2020-12-31\n")
    repo.git("add", "-A")
    assert brief(judged(repo.path)) == ["AG608 warning agentops-gates.exemptions"]


def test_a_link_in_place_of_the_list_is_undecided(repo: Workspace) -> None:
    repo.write("elsewhere", "a.py::big = 24, parser, 2999-12-31\n")
    (repo.path / EXEMPTIONS).symlink_to("elsewhere")
    base = repo.commit("old", {"a.py": _big(20)})
    with pytest.raises(UndecidedError, match="symbolic link"):
        judged(repo.path, base, head=repo.commit("new", {"a.py": _big(23)}))


def test_what_comes_out_of_an_excluded_folder_is_new(repo: Workspace) -> None:
    base = repo.commit("old", {"vendor/a.py": _big(20)})
    head = repo.commit("new", {"vendor/a.py": None, "a.py": _big(20)})
    assert brief(judged(repo.path, base, head=head, exclude=["vendor"])) == ["AG602 error big None>21"]


LEVELS = {
    "warn": ({"level": "warn"}, ["AG601 warning big 21>24", "AG606 warning a.py"]),
    "trial": ({"level": "trial"}, ["AG601 note big 21>24", "AG606 note a.py"]),
    "off here": ({"overrides": [{"paths": ["*.py"], "level": "off"}]}, []),
    "on here": (
        {"level": "off", "overrides": [{"paths": ["a.py"], "level": "error"}]},
        ["AG601 error big 21>24", "AG606 error a.py"],
    ),
    "higher limit here": ({"overrides": [{"paths": ["a*"], "max_complexity": 24}]}, ["AG606 error a.py"]),
    "later override wins": (
        {"overrides": [{"paths": ["a*"], "max_complexity": 24}, {"paths": ["a.py"], "max_complexity": 9}]},
        ["AG601 error big 21>24", "AG606 error a.py"],
    ),
}


@pytest.mark.parametrize(("settings", "expected"), LEVELS.values(), ids=LEVELS)
def test_levels_and_overrides(repo: Workspace, settings: dict[str, object], expected: list[str]) -> None:
    base, head = repo.commit("old", {"a.py": _big(20)}), repo.commit("new", {"a.py": _big(23, ALLOW)})
    found = judged(repo.path, base, head=head, **settings)
    assert brief(found) == expected
    if settings.get("level") == "trial":
        assert all(finding.message.startswith("would block: ") for finding in found)


def test_a_gate_that_is_switched_off_is_a_skip(repo: Workspace) -> None:
    base = repo.commit("old", {"a.py": _big(20)})
    with pytest.raises(SkippedError, match="switched off"):
        judged(repo.path, base, head=base, level="off")
