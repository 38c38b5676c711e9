"""Epics and their plans, read from real trees."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Workspace, make_repository

from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UndecidedError
from agentops_gates.model.verdict import Plan
from agentops_gates.verdicts.plan import plan_in, read_plan, read_plans

PLAN = ".agents/plans/login.md"
TRACKER = ".beads/issues.jsonl"
TEXT = "---\nissues: [a-1, a-2, a-3]\nstatus: active\n---\n# Login\n"
ROWS = (
    '{"id": "login", "title": "Login", "issue_type": "epic", "status": "open"}\n'
    '{"id": "a-1", "title": "Form", "status": "open", "parent": "login"}\n'
    '{"id": "a-9", "title": "Later", "status": "open", "parent": "login"}\n'
    '{"id": "b-1", "title": "Other", "status": "open", "parent": "logout"}\n'
)


@pytest.fixture
def opened(repo: Workspace) -> Iterator[Repo]:
    with Repo.open(str(repo.path)) as found:
        yield found


def test_the_plan_is_that_of_the_tree(repo: Workspace, opened: Repo) -> None:
    old = repo.commit("plan", {PLAN: TEXT})
    repo.write(PLAN, TEXT.replace("a-3", "a-4"))
    repo.git("add", "-A")
    repo.write(PLAN, "broken in the work tree")
    plan, staged = read_plan(opened, old, "login"), read_plan(opened, None, "login")
    assert plan is not None
    assert staged is not None
    assert (plan.epic, plan.issues) == ("login", ("a-1", "a-2", "a-3"))
    assert staged.issues == ("a-1", "a-2", "a-4")
    assert len(plan.digest) == 64
    assert plan.digest != staged.digest
    assert read_plan(opened, old, "logout") is None


def test_a_tracker_alone_is_a_plan(repo: Workspace, opened: Repo) -> None:
    commit = repo.commit("tracker", {TRACKER: ROWS})
    plan = read_plan(opened, commit, "login")
    assert plan is not None
    assert plan.issues == ("a-1", "a-9")
    assert read_plan(opened, commit, "logout") is not None
    assert read_plan(opened, commit, "nobody") is None
    assert read_plan(opened, commit, "login", tracker="") is None


def test_plan_and_tracker_are_one_plan(repo: Workspace, opened: Repo) -> None:
    plan = read_plan(opened, repo.commit("both", {PLAN: TEXT, TRACKER: ROWS}), "login")
    assert plan is not None
    assert plan.issues == ("a-1", "a-2", "a-3", "a-9")


def digest(repo: Workspace, opened: Repo, plan: str = TEXT, rows: str = ROWS) -> str:
    found = read_plan(opened, repo.commit("next", {PLAN: plan, TRACKER: rows, "other.py": str(len(rows))}), "login")
    assert found is not None
    return found.digest


def test_progress_keeps_the_digest_and_any_edit_changes_it(repo: Workspace, opened: Repo) -> None:
    first = digest(repo, opened)
    assert digest(repo, opened, TEXT.replace("active", "complete")) == first
    assert digest(repo, opened, rows=ROWS.replace('"status": "open"', '"status": "closed"')) == first
    assert digest(repo, opened, rows=ROWS.replace("Other", "Quite other")) == first
    edits = {
        digest(repo, opened, TEXT + "One word more.\n"),
        digest(repo, opened, TEXT.replace(", a-3", "")),
        digest(repo, opened, TEXT.replace("[a-1, a-2", "[a-2, a-1")),
        digest(repo, opened, rows=ROWS.replace("Form", "Form without validation")),
        digest(repo, opened, rows=ROWS.replace('"Login"', '"Login and logout"')),
        digest(repo, opened, rows=ROWS.replace("logout", "login")),
        digest(repo, opened, rows=ROWS + '{"id": "a-2", "title": "Listed by the plan"}\n'),
    }
    assert first not in edits
    assert len(edits) == 7


def test_the_digest_does_not_depend_on_the_object_format(tmp_path: Path) -> None:
    found = []
    for name in ("sha1", "sha256"):
        repo = make_repository(tmp_path / name, f"--object-format={name}")
        with Repo.open(str(repo.path)) as opened:
            found.append(digest(repo, opened))
    assert found[0] == found[1]


def test_another_folder(repo: Workspace, opened: Repo) -> None:
    commit = repo.commit("plan", {"plans/login.md": TEXT, "t.jsonl": ROWS})
    plan = read_plan(opened, commit, "login", plans="plans", tracker="t.jsonl")
    assert plan is not None
    assert len(plan.issues) == 4


REFUSED: dict[str, tuple[dict[str, str | bytes], str]] = {
    "no front matter": ({PLAN: "# Login\n"}, f"{PLAN} in {{}} has no front matter"),
    "lists no issues": ({PLAN: "---\nepic: login\n---\n"}, f"{PLAN} in {{}} lists no issues"),
    "cannot be read": ({PLAN: "---\nissues: *x\n---\n"}, f"{PLAN} in {{}}, line 2: `issues` must be a list: "),
    "of another epic": (
        {PLAN: "---\nepic: logout\nissues: [a]\n---\n"},
        f"{PLAN} in {{}} says that it is the plan of logout",
    ),
    "too large": ({PLAN: TEXT + "#" * (1 << 20)}, f"{PLAN} in {{}} is larger than 1,048,576 bytes"),
    "broken tracker": ({PLAN: TEXT, TRACKER: "{"}, f"{TRACKER} in {{}}, line 1: not JSON in UTF-8"),
    "odd id": ({TRACKER: '{"id": "a\\u001b", "parent": "login"}\n'}, "the tracker has an issue with the id"),
}


@pytest.mark.parametrize(("files", "words"), REFUSED.values(), ids=REFUSED)
def test_a_plan_that_cannot_be_read_is_undecided(
    repo: Workspace, opened: Repo, files: dict[str, str | bytes], words: str
) -> None:
    commit = repo.commit("plan", files)
    for treeish, place in ((commit, commit[:12]), (None, "the index")):
        with pytest.raises(UndecidedError) as caught:
            read_plan(opened, treeish, "login")
        assert str(caught.value).replace("in commit ", "in ").startswith(words.format(place))
        assert str(caught.value).isprintable()


def test_a_linked_plan_is_not_followed(repo: Workspace, opened: Repo) -> None:
    repo.write("elsewhere.md", TEXT)
    repo.write(".agents/plans/x", "")
    os.symlink("../../elsewhere.md", repo.path / PLAN)
    commit = repo.commit("link")
    for read in (lambda: read_plan(opened, commit, "login"), lambda: read_plans(opened, commit)):
        with pytest.raises(UndecidedError, match=r"symbolic link|not a regular file"):
            read()


def test_no_name_leads_out_of_the_folder(repo: Workspace, opened: Repo) -> None:
    commit = repo.commit("plan", {"secret.md": TEXT})
    for name in ("../../secret", "", ".", "a/b", "a\nb", "..", "a..b"):
        with pytest.raises(UndecidedError, match="cannot be the name of an epic"):
            read_plan(opened, commit, name)


def test_all_plans_of_a_tree(repo: Workspace, opened: Repo) -> None:
    files = {
        PLAN: TEXT,
        ".agents/plans/logout.md": "---\nissues: [b-1]\n---\n",
        ".agents/plans/README.md": "# How to plan\n",
        ".agents/plans/notes.txt": "---\nissues: *x\n",
        ".agents/plans/-x.md": "---\nissues: *x\n",
        ".agents/plans/old/login.md": "---\nissues: [z]\n---\n",
        TRACKER: ROWS,
    }
    commit = repo.commit("plans", files)
    for treeish in (commit, None):
        found = read_plans(opened, treeish)
        assert sorted(found.files) == ["login", "logout"]
        assert plan_in(found, "login") == read_plan(opened, treeish, "login")
        assert plan_in(found, "nobody") is None
    assert read_plans(opened, repo.commit("none", dict.fromkeys(files))).files == {}


def test_one_plan_that_cannot_be_read_hides_none(repo: Workspace, opened: Repo) -> None:
    commit = repo.commit("plans", {PLAN: TEXT, ".agents/plans/logout.md": "---\nparent: *x\n---\n"})
    with pytest.raises(UndecidedError, match=r"logout.md in commit [0-9a-f]{12}, line 2: "):
        read_plans(opened, commit)
    assert isinstance(read_plan(opened, commit, "login"), Plan)


def test_a_folder_of_plans_that_is_none_is_undecided(repo: Workspace, opened: Repo) -> None:
    commit = repo.commit("plans", {".agents/plans": "x"})
    for treeish in (commit, None):
        with pytest.raises(UndecidedError, match="is not a folder"):
            read_plans(opened, treeish)


def test_unmerged_plans_are_undecided(repo: Workspace, opened: Repo) -> None:
    repo.commit("plan", {PLAN: TEXT})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("side", {PLAN: TEXT + "x\n"})
    repo.git("checkout", "-q", "main")
    repo.commit("main", {PLAN: TEXT + "y\n"})
    repo.git("merge", "side", check=False)
    for read in (lambda: read_plan(opened, None, "login"), lambda: read_plans(opened, None)):
        with pytest.raises(UndecidedError, match="unmerged"):
            read()


def test_a_large_tracker_is_read(repo: Workspace, opened: Repo) -> None:
    rows = "".join(
        json.dumps({"id": f"x-{n}", "parent": f"e-{n % 100}", "title": "t" * 300}) + "\n" for n in range(9000)
    )
    assert len(rows) > 3_000_000
    plan = read_plan(opened, repo.commit("tracker", {TRACKER: rows}), "e-7")
    assert plan is not None
    assert len(plan.issues) == 90
