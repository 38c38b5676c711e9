"""Puts the pre-receive hook into a bare repository, and looks at the settings of git's own that belong to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from shlex import quote

from ...git.repo import Repo
from ...model.errors import UsageError
from ...model.light import NamedTuple
from ...model.text import printable
from ...policy.policy import PROTECTED
from . import SERVER
from .install import plan
from .places import bare_place
from .script import Pins
from .steps import Step, carry_out

_OWN = "refs/agentops"


class Setting(NamedTuple):
    """A setting of git's that a server should have: its name, what else implies it, and what it is good for."""

    name: str
    implied: str
    why: str


SETTINGS = (
    Setting(
        "receive.fsckObjects", "transfer.fsckObjects", "refuses damaged objects, and trees with .. or .git in them"
    ),
    Setting("receive.denyNonFastForwards", "", "no branch loses commits; topic branches cannot be forced either"),
    Setting(
        "receive.denyDeletes",
        "",
        "no branch is deleted; nor are topic branches, and records that were rolled up stay until it is lifted",
    ),
)
_HIDING = ("transfer.hideRefs", "receive.hideRefs")


class Advice(NamedTuple):
    """One thing that the administrator should know, and the command for it, run in the repository; empty if done.

    ``shut`` tells that pushes are refused as long as it is so.
    """

    text: str
    command: str = ""
    shut: bool = False


def open_server(path: str) -> Repo:
    """Return the bare repository at ``path``; the caller closes it. Raises UsageError for anything else."""
    repo = Repo.open(path)
    same = os.path.realpath(repo.common_dir) == os.path.realpath(path)
    if same and repo.git.text("rev-parse", "--is-bare-repository") == "true":
        return repo
    repo.close()
    raise UsageError(
        f"{printable(path)} is not a bare repository", "name the folder that git pushes to (git init --bare made it)"
    )


def install_server(repo: Repo, pins: Pins, *, force: bool = False) -> list[Step]:
    """Install the pre-receive hook in a bare repository, and return what was done.

    What stands there goes on to run, behind it. Raises UsageError where ``core.hooksPath`` leads elsewhere, and as
    ``install`` does.
    """
    place = bare_place(repo)
    if place.kind != "git":
        raise UsageError(
            f"git looks for hooks in {printable(place.directory)} ({place.setter()}): not this repository's own",
            f"git -C {printable(repo.common_dir)} config core.hooksPath hooks",
        )
    return carry_out([plan(os.path.join(place.directory, SERVER), pins, force=force)])


def advice(repo: Repo, *, configure: bool = False) -> Iterator[Advice]:
    """Yield what is to be said of git's own settings; ``configure`` makes those that nobody has decided on."""
    yield from _unborn(repo)
    for setting in SETTINGS:
        value = _value(repo, setting)
        if configure and not value:
            repo.git.run("config", setting.name, "true", writes=True)
            yield Advice(f"set {setting.name} = true: {setting.why}")
        elif value != "true":
            text = f"{setting.name} is {value or 'not set'}: {setting.why}"
            yield Advice(text, f"git config {setting.name} true")
    for name in _HIDING:
        for hidden in repo.git.text("config", "--get-all", name, ok=(0, 1)).split("\n"):
            if _covers(hidden):
                text = f"{name} hides {printable(hidden)}: git refuses pushes to hidden refs, records among them"
                yield Advice(text, f"git config --unset-all {name}")


def _unborn(repo: Repo) -> Iterator[Advice]:
    """Yield that HEAD names no branch, where there are others, for then nobody can tell whose policy counts."""
    head = repo.git.text("symbolic-ref", "-q", "HEAD", ok=(0, 1))
    there = repo.git.text("for-each-ref", "--format=%(refname)", "refs/heads/").split()
    if not there or head in there:
        return
    trunks = [ref for ref in (f"refs/heads/{name}" for name in PROTECTED) if ref in there]
    named = (trunks or (there if len(there) == 1 else ["refs/heads/NAME"]))[0]
    refused = f"pushes of {'it' if trunks else 'branches'} are refused"
    text = f"HEAD names {printable(head) or 'no branch'}, which is not there, so {refused}: name the default branch"
    yield Advice(text, f"git symbolic-ref HEAD {quote(printable(named))}", not trunks)


def _covers(hidden: str) -> bool:
    # "!" shows again what an earlier line hides, "^" names a ref before namespaces are cut off.
    name = hidden.lstrip("^").rstrip("/")
    return bool(name) and (f"{_OWN}/".startswith(f"{name}/") or name.startswith(f"{_OWN}/"))


def _value(repo: Repo, setting: Setting) -> str:
    names = filter(None, (setting.name, setting.implied))
    found = (repo.git.text("config", "--type=bool", "--get", name, ok=(0, 1)) for name in names)
    return next(filter(None, found), "")
