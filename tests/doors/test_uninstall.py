"""``uninstall``: everything is as it was, to the byte, and nothing that came later is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Workspace, make_repository
from doors.doorlib import HOOKS, MINE, Installed, hooks_folder, ours, picture, put


def _plain(folder: Path) -> None:
    put(folder / "pre-push", MINE)


def _private_mode(folder: Path) -> None:
    put(folder / "pre-push", MINE, 0o710)


def _not_executable(folder: Path) -> None:
    put(folder / "pre-push", MINE, 0o644)


def _symlink(folder: Path) -> None:
    put(folder / "shared.sh", MINE)
    (folder / "pre-push").symlink_to("shared.sh")


def _symlink_outside(folder: Path) -> None:
    put(folder.parent.parent / "scripts" / "push.sh", MINE)
    (folder / "pre-push").symlink_to("../../scripts/push.sh")


def _dangling(folder: Path) -> None:
    (folder / "pre-push").symlink_to("nowhere")


def _binary(folder: Path) -> None:
    (folder / "pre-push").write_bytes(b"\x7fELF" + bytes(range(256)) * 8192)
    (folder / "pre-push").chmod(0o755)


def _strange_bytes(folder: Path) -> None:
    (folder / "commit-msg").write_bytes(b"#!/bin/sh\r\n\xff\xfe\x00\nexit 0")
    (folder / "commit-msg").chmod(0o755)


def _nothing(folder: Path) -> None:
    put(folder / "pre-rebase", MINE)


FOUND = (
    _plain,
    _private_mode,
    _not_executable,
    _symlink,
    _symlink_outside,
    _dangling,
    _binary,
    _strange_bytes,
    _nothing,
)


@pytest.mark.parametrize("arrange", FOUND, ids=lambda arrange: arrange.__name__.strip("_"))
def test_uninstall_restores_to_the_byte(arrange, repo: Workspace, installed: Installed) -> None:
    arrange(hooks_folder(repo))
    before = picture(repo.path)
    for _ in range(2):
        installed.gate(repo, "install")
        assert ours(hooks_folder(repo)) == set(HOOKS)
        installed.gate(repo, "uninstall")
        assert picture(repo.path) == before
    assert "nothing to remove" in installed.gate(repo, "uninstall").stdout


def test_uninstall_after_our_hook_was_deleted_by_hand(repo: Workspace, installed: Installed) -> None:
    put(hooks_folder(repo) / "pre-push", MINE)
    before = picture(repo.path)
    installed.gate(repo, "install")
    (hooks_folder(repo) / "pre-push").unlink()
    installed.gate(repo, "uninstall")
    assert picture(repo.path) == before


def test_uninstall_keeps_what_came_later(repo: Workspace, installed: Installed) -> None:
    put(hooks_folder(repo) / "pre-push", MINE)
    installed.gate(repo, "install")
    put(hooks_folder(repo) / "pre-push", "#!/bin/sh\nexit 7\n")
    done = installed.gate(repo, "uninstall", ok=2)
    assert "another hook stands at pre-push now" in done.stderr
    left = picture(hooks_folder(repo))
    assert left["pre-push"][2] == b"#!/bin/sh\nexit 7\n"
    assert left["pre-push.agentops-chained"][2] == MINE.encode()


def test_uninstall_reaches_hooks_that_a_later_hooks_path_hides(
    repo: Workspace, tmp_path: Path, installed: Installed
) -> None:
    installed.gate(repo, "install")
    put(tmp_path / "company" / "pre-push", MINE)
    repo.git("config", "--global", "core.hooksPath", str(tmp_path / "company"))
    installed.gate(repo, "uninstall")
    assert picture(hooks_folder(repo)) == {}
    assert (tmp_path / "company" / "pre-push").read_text() == MINE


def test_uninstall_leaves_another_repositorys_hooks(repo: Workspace, tmp_path: Path, installed: Installed) -> None:
    other = make_repository(tmp_path / "other")
    installed.gate(other, "install")
    repo.git("config", "core.hooksPath", str(hooks_folder(other)))
    installed.gate(repo, "uninstall")
    assert ours(hooks_folder(other)) == set(HOOKS)
