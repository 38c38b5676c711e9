"""The decision: words or text, places, levels, doubts, and what has to be saved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agentops_gates.model.errors import UsageError
from agentops_gates.policy.sections import GUARD_RULES
from agentops_gates.shell.decision import Decision
from agentops_gates.shell.guard import decide, written
from agentops_gates.shell.hazards import Context
from agentops_gates.shell.hazards.rules import RULES
from agentops_gates.shell.levels import Levels, levels, user_file
from agentops_gates.shell.wording import explained


@pytest.fixture
def place(tmp_path: Path) -> Context:
    return Context(str(tmp_path))


def by(user: str = "", project: dict[str, list[str]] | None = None, *, folder: Path) -> Callable[[], Levels]:
    """Return what asks a user's policy of this text, and a project's."""
    home = folder / "config"
    (home / "agentops-gates").mkdir(parents=True)
    (home / "agentops-gates" / "guard.toml").write_text(user)
    return lambda: levels({"XDG_CONFIG_HOME": str(home)}, lambda: project or {})


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["git", "status"], "allow"),
        (["git", "commit", "-m", "git reset --hard; $(git clean -fdx)"], "allow"),
        (["echo", "git reset --hard"], "allow"),
        (["echo", "$(git reset --hard)"], "allow"),
        (["git", "reset", "--hard"], "deny"),
        (["/usr/bin/git", "push", "origin", "+main"], "deny"),
        (["git", "commit", "-m", "a b", "-n"], "deny"),
        (["sh", "-c", "git reset --hard"], "deny"),
        (["env", "A=b", "git", "clean", "-fd"], "deny"),
        (["git", "rebase", "-x", "git reset --hard", "main"], "deny"),
        (["rm", "-rf", ".git"], "deny"),
        ([], "allow"),
    ],
    ids=str,
)
def test_words_need_no_shell(words: list[str], answer: str, place: Context) -> None:
    assert decide(words, place).answer == answer


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("git reset --hard HEAD", "--hard"),
        ("cd x && git push -u origin +main", "+main"),
        ("git clean -xdf", "-xdf"),
        ("sh -c 'git stash drop'", "git stash drop"),
        (["git", "push", "-f"], "-f"),
        (["sh", "-c", 'echo "it\'s"; git push --force'], "'echo \"it'\\''s\"; git push --force'"),
        ("git nothing; git branch -D x", "-D"),
        ("echo é 🎉; git reset --hard", "--hard"),
    ],
)
def test_the_place_is_the_reason(line: str | list[str], part: str, place: Context) -> None:
    reason = decide(line, place).reason
    assert reason is not None
    assert written(line)[reason.start : reason.end] == part


@pytest.mark.parametrize(
    "line",
    [
        "git $X",
        "git $(cat verb) --hard",
        "git 'unclosed",
        "git status; for",
        "xargs git < list",
        'git "$@"',
        "git ${a[0]}",
    ],
)
def test_what_cannot_be_understood_is_refused(line: str, place: Context, tmp_path: Path) -> None:
    decision = decide(line, place)
    assert decision.answer == "deny"
    assert decision.doubt is not None
    assert "could not be understood" in explained(decision, line)
    assert decide(line, place, by('unclear = "ask"', folder=tmp_path / "a")).answer == "ask"
    assert decide(line, place, by('unclear = "allow"', folder=tmp_path / "b")) == Decision("allow")


@pytest.mark.parametrize("line", ["echo 'unclosed", "for", "$X", "$X $Y", '"$EDITOR" file', "ls $DIR", "(", "}"])
def test_what_is_not_about_git_is_let_through(line: str, place: Context) -> None:
    assert decide(line, place).answer == "allow"


def test_the_user_decides(place: Context, tmp_path: Path) -> None:
    user = 'ask = ["AG401"]\nallow = ["force-push"]\nsnapshot = ["drop-stash"]\ndeny = ["discard-file"]\n'
    ask = by(user, folder=tmp_path)
    assert decide("git reset --hard", place, ask).answer == "ask"
    assert decide("git push -f", place, ask).answer == "allow"
    assert decide("git restore a", place, ask).answer == "deny"
    dropped = decide("git stash drop", place, ask)
    assert (dropped.answer, dropped.snapshot) == ("allow", ("stash",))


def test_the_project_only_tightens(place: Context, tmp_path: Path) -> None:
    project = {"deny": ["AG402"], "ask": ["AG401", "AG406"], "snapshot": ["AG403", "AG412"]}
    ask = by('allow = ["AG406"]\nask = ["AG412"]', project, folder=tmp_path)
    assert decide("git restore a", place, ask).answer == "deny"
    assert decide("git tag -d v1", place, ask).answer == "ask"
    assert decide("git reset --hard", place, ask).answer == "deny"
    assert decide("git clean -f", place, ask).answer == "deny"
    assert decide("git push -f", place, ask).answer == "ask"


def test_nobody_is_asked_about_what_is_harmless(place: Context) -> None:
    def never() -> Levels:
        raise AssertionError

    assert decide("git status", place, never).answer == "allow"


@pytest.mark.parametrize(
    "text", ["deny = 1", 'deny = ["AG999"]', "x = []", 'unclear = "snapshot"', "deny = [", 'allow = "AG401"', "\0"]
)
def test_a_policy_of_the_user_that_is_wrong_is_named(text: str, place: Context, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"guard\.toml"):
        decide("git reset --hard", place, by(text, folder=tmp_path))


def test_where_the_user_s_policy_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert user_file({}) == "/home/me/.config/agentops-gates/guard.toml"
    assert user_file({"XDG_CONFIG_HOME": "/x"}) == "/x/agentops-gates/guard.toml"


@pytest.mark.parametrize(
    ("line", "things"),
    [
        ("git restore a", {"worktree", "index"}),
        ("git tag -d v1", {"refs"}),
        ("git checkout -B x", {"refs", "worktree", "index"}),
        ("git gc --prune=now", {"reflog", "stash"}),
        ("git push --force-with-lease", set()),
        ("git reset --hard", set()),
        ("git commit --amend", set()),
    ],
)
def test_what_has_to_be_saved(line: str, things: set[str], place: Context) -> None:
    assert set(decide(line, place).snapshot) == things


def test_another_machine_is_asked_about(place: Context) -> None:
    assert decide("ssh host git reset --hard", place).answer == "ask"


def test_texts_inside_each_other_have_an_end(place: Context) -> None:
    line = "git status"
    for _ in range(12):
        line = "git rebase -x '" + line.replace("'", "'\\''") + "' main"
    decision = decide(line[:100_000], place)
    assert decision.answer == "deny"


def test_every_rule_is_known_to_the_policy() -> None:
    assert set(GUARD_RULES) == set(RULES)
    assert len({rule.name for rule in RULES.values()}) == len(RULES)
    for rule in RULES.values():
        assert "agentops-gate" not in rule.instead.replace("leave refs/agentops to agentops-gate", "")


def test_a_refusal_names_no_way_to_approve_oneself(place: Context) -> None:
    for line in ("git reset --hard", "agentops-gate allow --once", "git push --no-verify", "git $X"):
        assert "agentops-gate allow" not in explained(decide(line, place), "")
        assert "--no-verify" not in explained(decide(line, place), "").partition("instead:")[2]


def test_names_cannot_fool_the_reader(place: Context) -> None:
    line = "git push origin '+\x1b[2J\u202e\nmain'"
    assert "\x1b" not in explained(decide(line, place), line)
