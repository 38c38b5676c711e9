"""push-after-vibe under real pushes to a real remote: what keeps a verdict, what loses it, and what never had one."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from conftest import Workspace, branchy
from doors.doorlib import Installed
from doors.vibelib import JUDGE, LINES, MAIN, POLICY, World

Step = Callable[[World], object]


@pytest.fixture
def world(repo: Workspace, installed: Installed) -> World:
    return World(repo, installed)


def work(world: World) -> None:
    """Two commits on main that are not pushed."""
    world.mine.commit("one", {"app.txt": LINES.replace("line 3", "line three")})
    world.mine.commit("two", {"new.txt": "2\n"})


def landed(world: World, *args: str) -> str:
    """Push, expect it to pass, and return what the hook said."""
    done = world.push(*args)
    assert done.returncode == 0, done.stderr
    assert world.remote() == world.mine.head()
    return done.stderr


def stopped(world: World, *args: str) -> str:
    """Push, expect it to be stopped, and return what the hook said."""
    before = world.origin.git("for-each-ref")
    done = world.push(*args)
    assert done.returncode != 0
    assert world.origin.git("for-each-ref") == before
    return done.stderr


# What must pass.


def amend(world: World) -> None:
    world.mine.git("commit", "-q", "-n", "--amend", "-m", "another message")


def squash(world: World) -> None:
    world.mine.git("reset", "-q", "--soft", "origin/main")
    world.mine.commit("squashed")


def rebase(world: World) -> None:
    world.others({"elsewhere.txt": "x\n"})
    world.mine.git("rebase", "-q", "origin/main")


def merge(world: World) -> None:
    world.others({"elsewhere.txt": "x\n"})
    world.mine.git("branch", "topic")
    world.mine.git("reset", "-q", "--hard", "origin/main")
    world.mine.git("merge", "-q", "--no-ff", "--no-verify", "-m", "merge", "topic")


def cherry_pick(world: World) -> None:
    world.others({"elsewhere.txt": "x\n"})
    world.mine.git("branch", "topic")
    world.mine.git("reset", "-q", "--hard", "origin/main")
    world.mine.git("cherry-pick", "topic~2..topic")


@pytest.mark.parametrize("step", [lambda world: None, amend, squash], ids=["as it was", "amended message", "squash"])
def test_a_verdict_on_this_very_result_opens(world: World, step: Step) -> None:
    work(world)
    name = world.judge()
    step(world)
    said = " ".join(landed(world).split())
    assert f"note AG112: commit {world.mine.head()[:12]}: {MAIN} is accepted at level 1 (bound): {name}" in said
    assert said.count("AG1") == 1


@pytest.mark.parametrize("step", [rebase, merge, cherry_pick])
def test_on_a_base_that_moved_elsewhere_it_is_derived(world: World, step: Step) -> None:
    work(world)
    name = world.judge()
    step(world)
    said = " ".join(landed(world).split())
    assert f"note AG110: commit {world.mine.head()[:12]}: {MAIN} is accepted at level 1 (bound): {name}" in said
    assert "derived on the moved base" in said


def test_what_is_no_protected_branch_is_pushed_in_silence(world: World) -> None:
    work(world)
    url = str(world.origin.path)
    for args in (("origin", "HEAD:refs/heads/topic"), (url, "HEAD:refs/heads/by-url"), ("origin", "HEAD:refs/tags/v1")):
        done = world.push(*args)
        assert (done.returncode, done.stderr) == (0, "")
    world.mine.git("commit", "-q", "-n", "--amend", "-m", "again")
    done = world.push("--force", "origin", "HEAD:topic", ":by-url")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_protected_branch_that_brings_nothing_is_created(world: World) -> None:
    done = world.push("origin", "main:refs/heads/release/1")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_new_protected_branch_is_judged_from_where_it_left_the_others(world: World) -> None:
    work(world)
    new = ("origin", "HEAD:refs/heads/release/1")
    assert "AG101: no verdict for refs/heads/release/1" in stopped(world, *new)
    world.judge(of=world.move(ref="refs/heads/release/1"))
    assert "AG112" in world.push(*new).stderr
    assert world.remote("release/1") == world.mine.head()


def test_a_warn_opens_when_somebody_else_takes_it_on(world: World) -> None:
    work(world)
    name = world.judge("WARN", findings=("F1", "F2"))
    assert "AG104" in stopped(world)
    world.ack(name, "F1")
    assert "does not name the finding F2" in " ".join(stopped(world).split())
    world.ack(name, "F1", "F2", principal="judge@example.org")
    assert "AG104" in stopped(world)
    world.ack(name, "F1", "F2")
    assert "acknowledged in ack-" in " ".join(landed(world).split())


def test_documents_need_no_verdict_if_the_base_says_so(repo: Workspace, installed: Installed) -> None:
    world = World(repo, installed, POLICY + '[gates.push-after-vibe]\nexempt = ["docs/**", "*.md"]\n')
    repo.commit("document", {"docs/a.md": "b\n", "README.md": "r\n"})
    assert landed(world) == ""
    repo.commit("evil, among documents", {"docs/a.md": "c\n", "app.txt": "evil\n"})
    repo.commit("as if nothing was", {"app.txt": LINES, "docs/a.md": "d\n"})
    assert "AG101" in stopped(world)
    repo.git("reset", "-q", "--hard", "origin/main")
    repo.commit("nothing at all")
    assert "AG101" in stopped(world)
    repo.git("reset", "-q", "--hard", "origin/main~1")
    repo.commit("document", {"docs/b.md": "b\n"})
    assert "AG111" in stopped(world, "--force", "origin", "main")


@pytest.mark.parametrize("policy", ["", "version = 1\n", POLICY.partition("[council")[0]])
def test_without_judges_nothing_is_said(repo: Workspace, installed: Installed, policy: str) -> None:
    world = World(repo, installed, policy or "# none\n")
    work(world)
    assert landed(world) == ""
    said = stopped(world, "origin", ":main")
    assert "AG461" in said
    assert "AG1" not in said


# What must not.


def test_without_a_verdict_nothing_is_pushed_however_it_is_spelt(world: World) -> None:
    work(world)
    url = str(world.origin.path)
    for args in (
        (),
        ("origin", "HEAD:main"),
        (url, "main"),
        ("--force", "origin", "main"),
        ("origin", "HEAD:topic", "main"),
    ):
        said = " ".join(stopped(world, *args).split())
        assert "error AG101" in said
        assert "fix have it judged: agentops-gate vibe, then agentops-gate verdict publish" in said


def more(world: World) -> None:
    world.mine.write("app.txt", LINES + "evil\n")
    world.mine.git("commit", "-q", "-n", "-a", "--amend", "--no-edit")


def secret(world: World) -> None:
    last = world.mine.head()
    world.mine.git("reset", "-q", "--hard", "HEAD~1")
    world.mine.commit("secret", {"key": "s3cret\n"})
    world.mine.commit("no secret", {"key": None})
    world.mine.git("cherry-pick", last)


def evil_rebase(world: World) -> None:
    rebase(world)
    more(world)


def conflict(world: World) -> None:
    world.others({"app.txt": LINES.replace("line 15", "line fifteen")})
    world.mine.git("rebase", "-q", "origin/main")


def replay(world: World) -> None:
    """Spend the verdict, have it reverted, and come back with the very same content."""
    landed(world)
    world.others({"app.txt": LINES}, "revert")
    world.mine.git("reset", "-q", "--hard", "origin/main")
    world.mine.commit("again", {"app.txt": LINES.replace("line 3", "line three"), "new.txt": "2\n"})


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (more, "head tree"),
        (secret, "trees: 1 of 3 in this range were never judged"),
        (evil_rebase, "base"),
        (conflict, "the base changed app.txt too"),
        (replay, "base"),
    ],
    ids=["one line more", "a commit in the middle", "rebased and edited", "the base touched it", "replay"],
)
def test_a_verdict_on_something_else_does_not_open(world: World, step: Step, why: str) -> None:
    work(world)
    world.judge()
    step(world)
    said = " ".join(stopped(world).split())
    assert "error AG102" in said
    assert why in said


def test_another_branch_has_another_verdict(world: World) -> None:
    work(world)
    world.judge()
    assert "ref: judged refs/heads/main, now refs/heads/release/1" in " ".join(
        stopped(world, "origin", "HEAD:refs/heads/release/1").split()
    )
    said = stopped(world, "origin", "main", "HEAD:refs/heads/release/1")
    assert "AG102" in said
    assert "AG112" in said


def test_a_strict_policy_derives_nothing(repo: Workspace, installed: Installed) -> None:
    world = World(repo, installed, POLICY + '[verdicts]\nrebase = "strict"\n')
    work(world)
    world.judge()
    rebase(world)
    assert "AG102" in stopped(world)


def test_a_fail_stands_whoever_passes_it_later(world: World) -> None:
    work(world)
    world.judge("FAIL")
    world.judge(issued=int(time.time()))
    assert "AG103" in stopped(world)
    amend(world)
    assert "AG103" in stopped(world)


def test_after_three_fails_a_person_decides(world: World) -> None:
    work(world)
    for number in range(3):
        world.mine.commit(f"try {number}", {"new.txt": f"{number}\n"})
        world.judge("FAIL")
    world.mine.commit("try again", {"new.txt": "better\n"})
    world.judge()
    assert "AG108" in stopped(world)


def test_a_protected_branch_is_neither_deleted_nor_rewound(world: World) -> None:
    work(world)
    world.judge()
    landed(world)
    assert "AG111: refs/heads/main is protected and would be deleted" in " ".join(
        stopped(world, "origin", ":main").split()
    )
    assert "AG111" in stopped(world, "origin", "HEAD:topic", ":main")
    world.mine.git("reset", "-q", "--hard", "HEAD~1")
    assert "AG111: refs/heads/main would lose commits" in " ".join(stopped(world, "--force", "origin", "main").split())
    assert "AG111" in stopped(world, "--mirror", "origin")


def test_the_author_does_not_judge(world: World) -> None:
    work(world)
    for name in ("ada@example.org", "CEM@example.org"):
        world.judge(judges=(JUDGE._replace(principal=name),))
        assert "error AG106" in stopped(world)


def test_the_change_cannot_excuse_itself(world: World) -> None:
    looser = POLICY + '[gates.push-after-vibe]\nexempt = ["**"]\nwarn = "pass"\n'
    world.mine.commit("looser", {"agentops-gates.toml": looser, "app.txt": "evil\n"})
    for step in ("loosened", "removed"):
        said = stopped(world)
        assert "error AG103" in said
        assert "error AG902" in said
        if step == "loosened":
            world.mine.commit("no policy", {"agentops-gates.toml": None})


def test_a_pass_does_not_outweigh_the_other_gates(world: World) -> None:
    world.mine.commit("grow", {"grow.py": branchy("f", 20)})
    world.judge()
    said = " ".join(stopped(world).split())
    assert "AG602" in said
    assert "error AG103" in said
    assert "complexity-regression fails now" in said


@pytest.mark.parametrize(("level", "shown"), [("warn", "warning AG101"), ("trial", "note AG101"), ("off", "")])
def test_the_level_makes_less_of_it(repo: Workspace, installed: Installed, level: str, shown: str) -> None:
    world = World(repo, installed, POLICY + f'[gates.push-after-vibe]\nlevel = "{level}"\n')
    work(world)
    said = landed(world)
    assert shown in said
    assert bool(said) == bool(shown)
    assert ("would block" in said) == (level == "trial")
