"""Names that keep other refs out: git takes them on a server, and nobody can push what they shut out."""

from __future__ import annotations

from pathlib import Path

import pytest
from doors.doorlib import Installed
from doors.serverlib import LOG, MAIN, POLICY, Served
from doors.shortcutlib import Server

from agentops_gates.entry.githooks.names import folders

DEEP = POLICY.replace('"release/*"]', '"release/*", "/team/a/**", "env/prod", "*/stable"]')


@pytest.fixture
def served(tmp_path: Path, installed: Installed) -> Served:
    """A server with some protected folders, and its client."""
    return Served(tmp_path, installed, DEEP)


@pytest.mark.parametrize(
    "ref",
    [
        "refs/heads/reference",
        "refs/heads/x/refs/heads/main",
        "refs/heads/agentops/fix-a-thing",
        "refs/heads/agentops/logs",
        "refs/heads/releases",
        "refs/heads/teams/a",
        "refs/heads/team/b",
        "refs/heads/topic",
        "refs/heads/Release",
        "refs/tags/release",
        "refs/tags/main",
    ],
)
def test_what_is_in_nobodys_way(served: Served, ref: str) -> None:
    assert served.push(f"HEAD:{ref}") == ""
    assert served.push(f":{ref}") == ""


@pytest.mark.parametrize(
    "ref",
    [
        "refs/heads/refs/heads/main",
        "refs/heads/Refs/heads/main",
        "refs/heads/refs/heads/never-seen",
        f"refs/heads/{LOG}",
        "refs/tags/refs/heads/main",
        "refs/refs/heads/main",
        "refs/heads/agentops/log",
        "refs/heads/agentops/verdicts/x/y",
        "refs/tags/agentops/log",
        "refs/heads/release",
        "refs/heads/team",
        "refs/heads/team/a",
        "refs/heads/env",
        "refs/heads/release/1/below",
    ],
)
def test_what_is(served: Served, ref: str) -> None:
    before = served.refs()
    said = served.push(f"HEAD:{ref}")
    assert "fix: give it another name" in said
    assert served.refs() == before


def test_a_folder_in_other_letters_where_files_do_not_tell(served: Served) -> None:
    served.bare.git("config", "core.ignoreCase", "true")
    assert "in case only" in served.push("HEAD:refs/heads/Release")


def test_what_was_there_before_can_go(served: Served) -> None:
    for ref in ("refs/heads/refs/heads/main", "refs/heads/release"):
        served.bare.git("update-ref", ref, "refs/heads/main")
    assert served.push("HEAD:release/1") != ""
    served.client.commit("work", {"a.py": "x = 2\n"})
    record = served.judged()
    # Which is what it is about.
    assert "matches more than one" in served.push(MAIN, record)
    assert served.push(":refs/heads/refs/heads/main", ":refs/heads/release") == ""
    assert served.push("--atomic", MAIN, record) == ""


@pytest.mark.parametrize(
    ("glob", "found"),
    [
        ("main", []),
        ("release/*", ["release"]),
        ("release/", ["release"]),
        ("/a/b/c", ["a", "a/b"]),
        ("a/**/b", ["a"]),
        ("**/b", []),
        ("a/x*/c", ["a"]),
    ],
)
def test_folders(glob: str, found: list[str]) -> None:
    assert list(folders(glob)) == found


def test_the_script_leaves_these_names_to_the_judge(tmp_path: Path, installed: Installed) -> None:
    server = Server(tmp_path, installed, DEEP)
    free = ("refs/heads/fix", "refs/heads/references", "refs/tags/v1", "refs/heads/teams")
    for ref in free:
        assert server.free(server.line(ref)), ref
    asked = ("heads/refs/heads/main", "heads/ReFs/heads/main", "tags/refs/heads/main", "notes/refs/x", "heads/refs")
    for name in (
        *asked,
        "heads/agentops/log",
        "heads/AgentOps/verdicts/x/y",
        "heads/team",
        "heads/Team/a",
        "heads/env",
    ):
        assert not server.free(server.line(f"refs/{name}")), name
    assert not server.judged(server.line("refs/heads/team"))
