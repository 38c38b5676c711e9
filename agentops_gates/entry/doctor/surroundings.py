"""What lies around the hooks and changes what git, the runners or the gates see."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping

from ...complexity.exemptions import FILE, parse
from ...gates.registry import metadata
from ...git.repo import UNSHALLOW, Repo
from ...model.errors import AgentopsError
from ...model.text import printable
from ...policy.load import load
from ..githooks.places import configuring, settings
from .problem import Problem, Severity

# Set by a git alias; leaves out the system's configuration.
_HARMLESS = frozenset(("GIT_PREFIX", "GIT_CONFIG_NOSYSTEM"))
_RUNNER_SWITCHES = (
    "HUSKY",
    "LEFTHOOK",
    "LEFTHOOK_BIN",
    "LEFTHOOK_CONFIG",
    "LEFTHOOK_EXCLUDE",
    "PRE_COMMIT_ALLOW_NO_CONFIG",
    "PREK_ALLOW_NO_CONFIG",
    "PREK_SKIP",
    "SKIP",
)
_HOOKS_IN_CONFIGURATION = (2, 54)


def in_environment(repo: Repo, environ: Mapping[str, str]) -> Iterator[Problem]:
    """Yield what the variables of ``environ`` do to git and to hooks."""
    local = set(repo.git.text("rev-parse", "--local-env-vars").split())
    leaked = sorted(name for name in environ if name in local - _HARMLESS)
    if leaked:
        yield Problem(
            "leaked-git",
            "warning",
            f"{', '.join(leaked)} set: git works on what they name, wherever you stand",
            f"unset {' '.join(leaked)}",
        )
    config = sorted(set(configuring(environ)) - set(leaked) - _HARMLESS)
    if config:
        yield Problem(
            "git-config", "note", f"{', '.join(map(printable, config))} set: git's configuration comes from there"
        )
    ours = sorted(name for name in environ if name.startswith("AGENTOPS_"))
    yield from _switches("switches of ours", ours)
    yield from _switches("switches of hook runners", [name for name in _RUNNER_SWITCHES if name in environ])


def _switches(what: str, names: Iterable[str]) -> Iterator[Problem]:
    shown = [printable(name) for name in names]
    if shown:
        yield Problem("switch", "warning", f"{what} are set: {', '.join(shown)}", f"unset {' '.join(shown)}")


def in_repository(repo: Repo) -> Iterator[Problem]:
    """Yield what makes this clone tell another story than the objects do, and a policy that is not valid."""
    if repo.shallow:
        text = "this clone is shallow: a range that touches its edge stays undecided, which blocks"
        yield Problem("shallow", "warning", text, UNSHALLOW)
    replaced = repo.git.text("for-each-ref", "--format=%(refname)", "refs/replace/").splitlines()
    if replaced:
        text = f"{len(replaced)} replaced objects: your git shows other content than is pushed; the gates look through"
        yield Problem("replaced", "warning", text, "git replace --list, then: git replace -d OBJECT")
    if os.path.exists(grafts := os.path.join(repo.common_dir, "info", "grafts")):
        text = "a grafts file: your git walks another history than is pushed; the gates do not"
        yield Problem("grafts", "warning", text, f"rm {printable(grafts)}")
    yield from _hidden(repo)
    yield from _configured_hooks(repo)
    yield from _judging_files(repo)


def _judging_files(repo: Repo) -> Iterator[Problem]:
    """Yield what is wrong with the files of HEAD that judge."""
    head = repo.resolve("HEAD")
    try:
        load(repo, head, metadata(), trust_cache=False)
    except AgentopsError as error:
        text = f"the policy of HEAD cannot be used, so every gate blocks: {error}"
        yield Problem("policy", "error", text, error.fix or "agentops-gate config validate")
    try:
        parse((repo.read_file(head, FILE) if head else None) or b"")
    except AgentopsError as error:
        text = f"the exemptions of HEAD cannot be used, so what they are for stays undecided, which blocks: {error}"
        yield Problem("exemptions", "error", text, error.fix or "agentops-gate config validate")


def beside_hooks(pinned: Iterable[str], worktrees: Iterable[str], *, pre_commit: bool) -> Iterator[Problem]:
    """Yield what threatens the interpreters ``pinned`` in hooks, and pre-commit's own where it runs."""
    trees = [os.path.join(os.path.realpath(tree), "") for tree in worktrees]
    for python in sorted(set(pinned)):
        folder = os.path.realpath(os.path.dirname(python))
        if any(folder.startswith(tree) for tree in trees):
            text = f"the hooks' interpreter lies in the work tree: {printable(python)}; who edits that decides"
            yield Problem("interpreter", "note", text, "install agentops-gates outside, then: agentops-gate install")
        elif f"{os.sep}.cache{os.sep}" in python:
            text = f"the hooks' interpreter lies in a cache: {printable(python)}; once that is cleaned they block"
            yield Problem("interpreter", "note", text, "install agentops-gates elsewhere, then: agentops-gate install")
    if pre_commit and not os.environ.get("PYTHONSAFEPATH"):
        text = "pre-commit imports from the work tree first: an argparse.py there, tracked or not, replaces it"
        yield Problem("safe-path", "note", text, "export PYTHONSAFEPATH=1 in your shell's start-up file")


def _hidden(repo: Repo) -> Iterator[Problem]:
    if repo.bare:
        return
    skipped = assumed = 0
    for entry in repo.git.run("ls-files", "-v", "-z").out.split(b"\0"):
        skipped += entry[:1] in (b"S", b"s")
        assumed += entry[:1].islower()
    if skipped and repo.git.text("config", "--bool", "core.sparseCheckout", ok=(0, 1)) != "true":
        text = f"{skipped} paths marked skip-worktree: git status does not show what is really staged there"
        yield Problem(
            "skip-worktree",
            "warning",
            text,
            "git ls-files -v | grep '^S', then: git update-index --no-skip-worktree PATH",
        )
    if assumed:
        text = f"{assumed} paths marked assume-unchanged: git status does not show their changes"
        yield Problem(
            "assume-unchanged",
            "warning",
            text,
            "git ls-files -v | grep '^[a-z]', then: git update-index --no-assume-unchanged PATH",
        )


def _configured_hooks(repo: Repo) -> Iterator[Problem]:
    found: dict[str, tuple[str, str]] = {}
    for scope, origin, entry in settings(repo, repo.toplevel, "--get-regexp", r"^hook\."):
        key, _, value = entry.partition("\n")
        found[key] = (value, f"{scope}, {printable(origin)}")
    known = git_version(repo) >= _HOOKS_IN_CONFIGURATION
    for key, (value, who) in found.items():
        if key.endswith(".command"):
            text = f"{printable(key)} = {printable(value)} ({who}): "
            text += "git runs it before the hooks directory" if known else "this git is too old to run it"
            yield Problem("config-hook", "note", text)
        elif key.endswith(".enabled") and value.lower() in ("false", "no", "off", "0"):
            severity: Severity = "warning" if known else "note"
            yield Problem(
                "config-hook", severity, f"{printable(key)} is false ({who})", f"git config --unset {printable(key)}"
            )


def git_version(repo: Repo) -> tuple[int, ...]:
    """Return the first two numbers of git's version."""
    words = repo.git.text("--version").split()
    digits = (words[2] if len(words) > 2 else "").split(".")[:2]
    return tuple(int(number) for number in digits if number.isdigit())
