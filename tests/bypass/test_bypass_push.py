"""Every row of the tables on pushing: the attempt is made in each way, and each cell is what happens."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bypass.bypasslib import FORCED, LOGIN, MAIN, NO_HOOKS, Arena, cells
from bypass.push_rows import SSH, TABLE
from conftest import Workspace
from doors.httpd import serving

PUSH = ("push", "-q", "origin", "main")
NO_VERIFY = ("push", "-q", "--no-verify", "origin", "main")
UNHOOKED = "--receive-pack=git -c core.hooksPath=/dev/null receive-pack"
Attempt = Callable[[Arena], None]


def once(*command: str, env: dict[str, str] | None = None) -> Attempt:
    """Return the attempt that is one call of git."""
    return lambda arena: arena.run(*command, env=env)


def by_url(*command: str) -> Attempt:
    """Return the attempt that is one call of git, with the remote's URL and main behind it."""
    return lambda arena: arena.run(*command, arena.url, "main")


def force(arena: Arena) -> None:
    arena.client.git("reset", "-q", "--soft", "HEAD~1")
    arena.client.git("commit", "-q", "-n", "--amend", "-m", "again")
    arena.run(*PUSH, "--force")


def refspec(arena: Arena) -> None:
    arena.client.git("config", "remote.origin.push", f"HEAD:{MAIN}")
    arena.client.git("switch", "-q", "-c", "side")
    arena.run("push", "-q")


def worktree(arena: Arena) -> None:
    linked = Workspace(arena.folder / "linked")
    arena.client.git("worktree", "add", "-q", "--detach", str(linked.path))
    arena.run("push", "-q", "origin", f"HEAD:{MAIN}", at=linked)


def elsewhere(arena: Arena) -> None:
    arena.client.git("switch", "-q", "--detach", "HEAD~1")
    arena.run(*PUSH)


def topic_first(arena: Arena) -> None:
    arena.client.git("push", "-q", "--no-verify", "origin", "main:refs/heads/other", env=arena.env)
    arena.run(*PUSH)


def two_refs(arena: Arena) -> None:
    arena.run("push", "-q", "origin", "main~1:refs/heads/other", "main")


def clone(arena: Arena) -> None:
    fresh = Workspace(arena.folder / "fresh")
    arena.client.git("clone", "-q", ".", str(fresh.path))
    arena.run("push", "-q", arena.url, "main", at=fresh)


def global_config(arena: Arena) -> None:
    file = arena.client.write("../global", "[core]\n\thooksPath = /dev/null\n")
    arena.run(*PUSH, env={"GIT_CONFIG_GLOBAL": str(file)})


def fetch_there(arena: Arena) -> None:
    arena.run("fetch", "-q", str(arena.client.path), "main:main", at=arena.bare)


def bundle(arena: Arena) -> None:
    file = str(arena.folder / "bundle")
    arena.client.git("bundle", "create", "-q", file, "main")
    arena.run("fetch", "-q", file, "main:main", at=arena.bare)


def files(arena: Arena) -> None:
    shutil.copytree(arena.client.path / ".git" / "objects", arena.bare.path / "objects", dirs_exist_ok=True)
    (arena.bare.path / MAIN).write_text(f"{arena.client.head()}\n")


def remove(arena: Arena) -> None:
    shutil.rmtree(arena.bare.path / "hooks", ignore_errors=True)
    arena.run(*NO_VERIFY)


ATTEMPTS: dict[str, Attempt] = {
    "push": once(*PUSH),
    "force": force,
    "delete": once("push", "-q", "origin", "--delete", "main"),
    "mirror": once("push", "-q", "--mirror", "origin"),
    "url": by_url("push", "-q"),
    "refspec": refspec,
    "worktree": worktree,
    "elsewhere": elsewhere,
    "topic-first": topic_first,
    "two-refs": two_refs,
    "kill-switch": once(*PUSH, env={"AGENTOPS_HOOKS_DISABLED": "1"}),
    "gitpython": lambda arena: arena.other("gitpython_push"),
    "no-verify": once(*NO_VERIFY),
    "option": once("-c", "core.hooksPath=/dev/null", *PUSH),
    "config-count": once(
        *PUSH, env={"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.hooksPath", "GIT_CONFIG_VALUE_0": "/dev/null"}
    ),
    "clone": clone,
    "send-pack": by_url("send-pack"),
    "receive-pack": once(*PUSH, UNHOOKED),
    "config-global": global_config,
    "pygit2": lambda arena: arena.other("pygit2_push", arena.url),
    "dulwich": lambda arena: arena.other("dulwich_push", arena.url),
    "send-pack-receive-pack": by_url("send-pack", UNHOOKED),
    "fetch-there": fetch_there,
    "bundle": bundle,
    "files": files,
    "remove": remove,
}
OVER_SSH: dict[str, Attempt] = {
    "no-verify": once(*NO_VERIFY),
    "receive-pack": once(*NO_VERIFY, UNHOOKED),
    "send-pack": by_url("send-pack", UNHOOKED),
    "config-global": global_config,
    "dulwich": lambda arena: arena.other("dulwich_push", arena.url),
}
BOUNDARIES = (TABLE.columns[2], SSH.columns[0])
TABLES = ((TABLE, ATTEMPTS), (SSH, OVER_SSH))
CELLS = [(*cell, attempts[cell[0]]) for table, attempts in TABLES for cell in cells(table)]


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder whose repositories the web server has: that of all tests."""
    return tmp_path_factory.getbasetemp()


@pytest.fixture(scope="session")
def web(root: Path) -> Iterator[str]:
    """The address of the web server, which knows its user: nobody who judges."""
    with serving(root, "ada") as url:
        yield url


Make = Callable[[str, bool], Arena]


@pytest.fixture
def make(world: Path, tmp_path: Path, root: Path, web: str) -> Make:
    """Make the arena of a column, where a commit waits to be pushed; or the same without any hook of ours."""

    def arena(column: str, guarded: bool) -> Arena:
        local = column == TABLE.columns[0]
        hooks = ("pre-push",) if local and guarded else NO_HOOKS
        server = "server.git" if guarded and not local else "open.git"
        made = Arena(world, tmp_path / ("guarded" if guarded else "free"), hooks, server)
        if "HTTP" in column:
            made.reach(f"{web}/{made.bare.path.relative_to(root).as_posix()}")
        elif column in SSH.columns:
            made.reach(f"host:{made.bare.path}", FORCED if column == SSH.columns[0] else LOGIN)
        made.work()
        return made

    return arena


def test_every_row_is_attempted() -> None:
    for table, attempts in TABLES:
        assert [row.id for row in table.rows] == list(attempts)


def test_nothing_passes_a_boundary() -> None:
    assert {outcome for _, column, outcome, _ in CELLS if column in BOUNDARIES} == {"refused"}


@pytest.mark.parametrize(
    ("column", "outcome", "attempt"),
    [cell[1:] for cell in CELLS],
    ids=[f"{row}: {column}" for row, column, *_ in CELLS],
)
def test_cell(column: str, outcome: str, attempt: Attempt, make: Make) -> None:
    no = "stopped" if column == TABLE.columns[0] else "refused"
    arena = make(column, True)
    attempt(arena)
    assert arena.pushed(no) == outcome
    if outcome == no:
        free = make(column, False)
        attempt(free)
        assert free.pushed(no) == "passes"


@pytest.mark.parametrize("column", [*TABLE.columns, *SSH.columns])
def test_what_was_judged_arrives(column: str, make: Make) -> None:
    """So that nothing above is refused for the way it came."""
    arena = make(column, True)
    arena.run("push", "-q", "--atomic", "origin", "main", arena.judged())
    assert arena.pushed("") == "passes"
