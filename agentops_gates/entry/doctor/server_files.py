"""Who else can write to what a server's judgement rests on, and what it borrows from elsewhere."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from shlex import quote

from ...git.repo import Repo
from ...model.subject import Station
from ...model.text import printable
from ..githooks import SERVER
from ..githooks.places import Place
from ..githooks.station import FILE
from .problem import Problem


def writable(repo: Repo, place: Place, asserted: Station) -> Iterator[tuple[str, Problem]]:
    """Yield each file that decides and that more than its owner's account can write to, with what is to be said."""
    settings = os.path.join(repo.common_dir, FILE)
    named = [path for path in asserted.files if os.path.isabs(path)] if asserted.signers is not None else []
    deciding = (repo.common_dir, place.directory, os.path.join(place.directory, SERVER), os.path.dirname(settings))
    for path in (*deciding, os.path.join(repo.common_dir, "config"), settings, *named):
        who = _others(path)
        if who:
            text = f"{who} can write to {printable(path)}, and so decide what it says"
            yield path, Problem("writable", "warning", text, f"chmod go-w {quote(printable(path))}")


def borrowed(repo: Repo) -> Iterator[Problem]:
    """Yield the places whose objects this repository uses as its own."""
    path = os.path.join(repo.common_dir, "objects", "info", "alternates")
    try:
        with open(path, "rb") as file:
            lines = [os.fsdecode(line) for line in file.read().split(b"\n") if line and not line.startswith(b"#")]
    except FileNotFoundError:
        return
    except OSError as error:
        yield Problem("alternates", "error", f"cannot read {printable(path)}: {error.strerror}")
        return
    for line in lines:
        place = os.path.normpath(os.path.join(repo.common_dir, "objects", line))
        if os.path.isdir(place):
            text = f"objects are borrowed from {printable(place)}: without it pushes are refused"
            yield Problem("alternates", "note", text, "git repack -a -d, then remove objects/info/alternates")
        else:
            text = f"objects are borrowed from {printable(place)}, which is not there"
            yield Problem("alternates", "error", text, "bring it back")


def account(repo: Repo) -> Iterator[Problem]:
    """Yield a word where another account than ours serves this repository: git then reads another configuration."""
    if _owner(repo.common_dir) != os.geteuid():
        text = "this repository belongs to another account, which may have other settings of git's than yours"
        yield Problem("account", "note", text, "run doctor as the account that serves git")


def _owner(path: str) -> int:
    try:
        return os.stat(path).st_uid
    except OSError:
        return -1


def _others(path: str) -> str:
    """Return who besides the owner can write to a file, in words; "" for nobody, and where there is no file."""
    try:
        facts = os.stat(path)
    except OSError:
        return ""
    if facts.st_mode & stat.S_IWOTH:
        return "everybody"
    if facts.st_mode & stat.S_IWGRP and not _private(facts.st_uid, facts.st_gid):
        return "its group"
    return ""


def _private(uid: int, gid: int) -> bool:
    """Whether a group is the one that systems make for each user, with nobody else in it."""
    import grp
    import pwd

    try:
        owner, group = pwd.getpwuid(uid), grp.getgrgid(gid)
    except KeyError:
        return False
    return group.gr_name == owner.pw_name and set(group.gr_mem) <= {owner.pw_name}
