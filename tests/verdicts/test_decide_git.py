"""What becomes of a PASS when the commits are made anew: the measured tables, each row with a real repository."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Workspace, make_repository
from verdicts.decidelib import MAIN, ask_git, fail, move, statement, verdict

from agentops_gates.verdicts.rules import Rules

LINES = "".join(f"line {n}\n" for n in range(20))
CODE = (
    LINES.replace("line", "# line")
    + "def may(user):\n    if user.admin:\n        log(user)\n        return True\n    return False\n"
)
TWICE = "a\nb\nc\nX\nd\ne\nf\n" + LINES + "a\nb\nc\nX\nd\ne\nf\n"


def start(repo: Workspace) -> None:
    """main with three files; a topic of two commits on it, checked out."""
    repo.commit("base", {"app.py": CODE, "other.py": LINES, "twice": TWICE, "dir/deep": "1\n"})
    repo.git("switch", "-q", "-c", "topic")
    repo.commit("one", {"app.py": CODE.replace("log(user)", "audit(user)")})
    repo.commit("two", {"dir/new": "2\n"})


def advance(repo: Workspace, files: dict[str, str | None] | None = None) -> None:
    """Let main move on while the topic is open, and go back to the topic."""
    repo.git("switch", "-q", "main")
    repo.commit("elsewhere", files or {"other.py": LINES + "more\n", "dir/third": "3\n"})
    repo.git("switch", "-q", "topic")


def rebase(repo: Workspace) -> None:
    repo.git("rebase", "-q", "main")


def amend(repo: Workspace) -> None:
    repo.git("commit", "-q", "--amend", "-m", "another message")


def squash(repo: Workspace) -> None:
    repo.git("reset", "-q", "--soft", "main")
    repo.commit("squashed")


def merge_commit(repo: Workspace) -> None:
    repo.git("switch", "-q", "--detach", "main")
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "topic")


def evil_merge(repo: Workspace) -> None:
    repo.git("switch", "-q", "--detach", "main")
    repo.git("merge", "-q", "--no-ff", "--no-commit", "topic")
    repo.commit("merge", {"other.py": "evil\n"})


def cherry_pick(repo: Workspace) -> None:
    repo.git("switch", "-q", "--detach", "main")
    repo.git("cherry-pick", "main..topic")


def merge_queue(repo: Workspace) -> None:
    """What a forge's queue makes: a merge of the topic into main, on a branch of its own."""
    repo.git("switch", "-q", "-c", "gh-readonly-queue/main/pr-1", "main")
    repo.git("merge", "-q", "--no-ff", "-m", "Merge pull request #1", "topic")


def moved(*steps: Callable[[Workspace], None]) -> Callable[[Workspace], None]:
    """main moves elsewhere, then ``steps``."""

    def run(repo: Workspace) -> None:
        advance(repo)
        for step in steps:
            step(repo)

    return run


def edit(name: str, old: str, new: str) -> Callable[[Workspace], None]:
    """Change a file in the last commit."""

    def run(repo: Workspace) -> None:
        text = (repo.path / name).read_text()
        assert old in text
        repo.write(name, text.replace(old, new, 1))
        repo.git("commit", "-q", "-a", "--amend", "--no-edit")

    return run


def secret_in_between(repo: Workspace) -> None:
    """Add a secret and take it out again, between the commits that were judged."""
    last = repo.head()
    repo.git("reset", "-q", "--hard", "HEAD~1")
    repo.commit("secret", {"key": "s3cret\n"})
    repo.commit("no secret", {"key": None})
    repo.git("cherry-pick", last)


def secret_before_merge(repo: Workspace) -> None:
    secret_in_between(repo)
    merge_commit(repo)


def dropped(repo: Workspace) -> None:
    repo.git("reset", "-q", "--hard", "HEAD~1")


def reverted(repo: Workspace) -> None:
    """Land the topic, revert it, and come back with the very same commits' content."""
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--ff-only", "topic")
    repo.git("revert", "--no-edit", "main~2..main")
    repo.git("switch", "-q", "--detach", "main")
    repo.git("cherry-pick", "topic~2..topic")


def reverted_after_rebase(repo: Workspace) -> None:
    """The same, landed by way of a rebase: not one tree that was judged is in main's history."""
    advance(repo)
    judged = repo.head()
    rebase(repo)
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--ff-only", "topic")
    repo.git("revert", "--no-edit", "main~2..main")
    repo.git("switch", "-q", "--detach", "main")
    repo.git("cherry-pick", f"{judged}~2..{judged}")


def reverted_after_squash(repo: Workspace) -> None:
    advance(repo)
    judged = repo.head()
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--squash", "topic")
    repo.commit("squashed")
    repo.git("revert", "--no-edit", "HEAD")
    repo.git("switch", "-q", "--detach", "main")
    repo.git("cherry-pick", f"{judged}~2..{judged}")


def conflict(repo: Workspace) -> None:
    advance(repo, {"app.py": "# more\n" + CODE})
    rebase(repo)


def rebase_then_edit(repo: Workspace) -> None:
    advance(repo)
    rebase(repo)
    edit("app.py", "audit", "skip")(repo)


def rebase_then_undo_the_base(repo: Workspace) -> None:
    """Take out what main gained, in the commit that is judged for something else."""
    advance(repo)
    rebase(repo)
    repo.write("other.py", LINES)
    repo.git("commit", "-q", "-a", "--amend", "--no-edit")


def rebase_in_one(repo: Workspace) -> None:
    advance(repo)
    rebase(repo)
    squash(repo)


def empty_base(repo: Workspace) -> None:
    repo.git("switch", "-q", "main")
    repo.commit("nothing in it")
    repo.git("switch", "-q", "topic")
    rebase(repo)


def update_branch(repo: Workspace) -> None:
    """Merge main into the topic, as the button of a forge does."""
    advance(repo)
    repo.git("merge", "-q", "--no-ff", "-m", "update", "main")


ACCEPTED = [
    pytest.param(lambda repo: None, False, id="as-it-was-judged"),
    pytest.param(amend, False, id="message-amended"),
    pytest.param(squash, False, id="squashed"),
    pytest.param(merge_commit, False, id="merge-commit-on-the-same-base"),
    pytest.param(merge_queue, False, id="merge-queue-on-the-same-base"),
    pytest.param(cherry_pick, False, id="cherry-picked-on-the-same-base"),
    pytest.param(moved(rebase), True, id="rebased"),
    pytest.param(moved(rebase, amend), True, id="rebased-and-amended"),
    pytest.param(moved(cherry_pick), True, id="cherry-picked-on-the-moved-base"),
    pytest.param(moved(merge_commit), True, id="merge-commit-on-the-moved-base"),
    pytest.param(moved(merge_queue), True, id="merge-queue-on-the-moved-base"),
    pytest.param(update_branch, True, id="main-merged-into-the-topic"),
    pytest.param(empty_base, True, id="base-moved-by-an-empty-commit"),
    pytest.param(rebase_in_one, True, id="rebased-and-squashed"),
    pytest.param(moved(secret_in_between, rebase, squash), True, id="rebased-and-squashed-without-the-secret"),
]
REFUSED = [
    pytest.param(edit("app.py", "audit(user)", "audit(user)\n        evil()"), "head tree", id="one-evil-line-added"),
    pytest.param(edit("app.py", "        return True", "    return True"), "head tree", id="indentation-changed"),
    pytest.param(edit("app.py", "audit", "audit "), "head tree", id="one-blank-added"),
    pytest.param(secret_in_between, "1 of 3 in this range were never judged", id="secret-added-and-removed"),
    pytest.param(secret_before_merge, "were never judged", id="secret-in-the-middle-of-what-is-merged"),
    pytest.param(evil_merge, "head tree", id="evil-merge"),
    pytest.param(dropped, "head tree", id="last-commit-dropped"),
    pytest.param(moved(evil_merge), "the base changed other.py too", id="evil-merge-on-the-moved-base"),
    pytest.param(rebase_then_edit, "the commits are not the same", id="rebased-and-edited"),
    pytest.param(rebase_then_undo_the_base, "the commits are not the same", id="rebased-and-the-base-undone"),
    pytest.param(moved(secret_in_between, rebase), "the commits are not the same", id="secret-then-rebased"),
    pytest.param(conflict, "the base changed app.py too", id="both-changed-one-file"),
    pytest.param(reverted, "the base changed app.py too", id="replayed-after-a-revert"),
    pytest.param(reverted_after_rebase, "the base changed app.py too", id="replayed-after-a-rebase-and-a-revert"),
    pytest.param(reverted_after_squash, "the base changed app.py too", id="replayed-after-a-squash-and-a-revert"),
]


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
@pytest.mark.parametrize(("step", "derived"), ACCEPTED)
def test_accepted(tmp_path: Path, object_format: str, step: Callable[[Workspace], None], derived: bool) -> None:
    repo = make_repository(tmp_path / "repo", f"--object-format={object_format}")
    start(repo)
    judged = verdict(move(repo, "main"))
    step(repo)
    now = move(repo, "main")
    decision = ask_git(repo, now, judged)
    assert (decision.accepted, decision.derived, decision.by, decision.fix) == (True, derived, judged.id, ""), decision
    assert (decision.level, decision.verdict, decision.rule) == (1, "PASS", "AG110" if derived else "")
    strict = ask_git(repo, now, judged, rules=Rules(rebase="strict"))
    assert strict.accepted is not derived


@pytest.mark.parametrize(("step", "words"), REFUSED)
def test_refused(repo: Workspace, step: Callable[[Workspace], None], words: str) -> None:
    start(repo)
    judged = verdict(move(repo, "main"))
    step(repo)
    decision = ask_git(repo, move(repo, "main"), judged)
    assert not decision.accepted
    assert (decision.by, decision.level, decision.rule) == (judged.id, 0, "AG102")
    assert words in decision.reason
    assert "\n" not in decision.reason
    assert "vibe" in decision.fix


def test_replayed_on_another_branch(repo: Workspace) -> None:
    start(repo)
    judged = verdict(move(repo, "main"))
    decision = ask_git(repo, move(repo, "main", ref="refs/heads/dev"), judged)
    assert not decision.accepted
    assert decision.reason == f"{judged.id} does not match: ref: judged refs/heads/main, now refs/heads/dev"


def test_replayed_after_a_revert_by_reset_is_rewound(repo: Workspace) -> None:
    start(repo)
    judged = verdict(move(repo, "main"))
    repo.git("switch", "-q", "main")
    repo.commit("landed meanwhile")
    decision = ask_git(repo, move(repo, "main", "topic"), judged)
    assert (decision.accepted, decision.rule) == (False, "AG111")
    assert "would lose commits" in decision.reason
    assert "--force" not in decision.fix


def test_like_blocks_have_one_patch_id_and_are_told_apart(repo: Workspace) -> None:
    """The same hunk at the other of two identical blocks: equal patch ids, another program."""
    start(repo)
    repo.git("switch", "-q", "-C", "topic", "main")
    near = TWICE.replace("X", "evil", 1)
    repo.commit("hunk", {"twice": near})
    judged = move(repo, "main")
    advance(repo)
    repo.git("reset", "-q", "--hard", "main")
    cut = TWICE.rindex("X")
    repo.commit("hunk", {"twice": TWICE[:cut] + "evil" + TWICE[cut + 1 :]})
    now = move(repo, "main")
    assert now.changes == judged.changes
    decision = ask_git(repo, now, verdict(judged))
    assert not decision.accepted
    assert "the result is not what was judged with the base's changes on top" in decision.reason


def test_hidden_in_the_middle_of_a_merge_on_a_moved_base(repo: Workspace) -> None:
    """A merge in the middle has no patch id, and its tree is gone again at the end."""
    start(repo)
    judged = verdict(move(repo, "main"))
    advance(repo)
    repo.git("merge", "-q", "--no-ff", "--no-commit", "main")
    repo.commit("merge", {"app.py": "evil\n"})
    repo.git("rm", "-q", "--cached", "app.py")
    first = repo.git("rev-parse", "HEAD~1^{commit}")
    repo.git("checkout", "-q", first, "--", "app.py")
    tree = repo.git("write-tree")
    clean = repo.git("commit-tree", tree, "-p", "HEAD", "-p", "main", "-m", "merge again")
    now = move(repo, "main", clean)
    decision = ask_git(repo, now, judged)
    assert not decision.accepted
    assert "is not one that was judged" in decision.reason


def test_fail_for_what_was_judged_ends_a_derived_verdict(repo: Workspace) -> None:
    start(repo)
    old = move(repo, "main")
    moved(rebase)(repo)
    decision = ask_git(repo, move(repo, "main"), verdict(old), fail(old))
    assert (decision.accepted, decision.rule) == (False, "AG103")


def test_derived_needs_a_clean_run_of_the_checks(repo: Workspace) -> None:
    start(repo)
    old = move(repo, "main")
    moved(rebase)(repo)
    now = move(repo, "main")
    assert ask_git(repo, now, verdict(old), mechanical="PASS").accepted
    refused = ask_git(repo, now, verdict(old), mechanical="WARN", rules=Rules(warn="pass"))
    assert not refused.accepted
    assert "cannot be derived from while the mechanical checks warn" in refused.reason


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"base": "f" * 40}, "base ffffffffffff is not known here", id="unknown-base"),
        pytest.param({"base": "0" * 40}, "is not known here", id="zero-base"),
        pytest.param({"base": "-rf"}, "is not known here", id="hostile-base"),
        pytest.param({"base_tree": "f" * 40}, "names a base tree that its base does not have", id="false-base-tree"),
        pytest.param({"changes": ()}, "the commits are not the same", id="no-patch-ids"),
    ],
)
def test_not_derivable(repo: Workspace, changes: dict[str, Any], words: str) -> None:
    start(repo)
    old = move(repo, "main")
    moved(rebase)(repo)
    decision = ask_git(repo, move(repo, "main"), verdict(old, **changes))
    assert not decision.accepted
    assert words in decision.reason


def test_not_derivable_from_a_side_branch(repo: Workspace) -> None:
    """The judged base never was on main: it was the tip of another branch."""
    start(repo)
    repo.git("switch", "-q", "-c", "side", "main")
    repo.commit("side", {"side": "1"})
    side = repo.head()
    repo.git("cherry-pick", "main..topic")
    old = move(repo, side)
    repo.git("switch", "-q", "topic")
    decision = ask_git(repo, move(repo, "main"), verdict(old))
    assert not decision.accepted
    assert "is not part of the history of" in decision.reason


def test_first_publication(repo: Workspace) -> None:
    start(repo)
    now = move(repo, "", "topic")
    assert (now.base, len(now.trees)) == ("0" * 40, 3)
    assert ask_git(repo, now, verdict(now)).accepted
    later = move(repo, "main", "topic")
    decision = ask_git(repo, later, verdict(now))
    assert not decision.accepted


def test_nearest_is_the_one_that_differs_in_least(repo: Workspace) -> None:
    start(repo)
    old = move(repo, "main")
    edit("app.py", "audit", "other")(repo)
    now = move(repo, "main")
    far = verdict(old, ref="refs/heads/dev", policy="0" * 64)
    near = verdict(old)
    for records in ((far, near), (near, far)):
        assert ask_git(repo, now, *records).by == near.id
    assert statement(old).ref == MAIN
