"""What a command can destroy or switch off: one family of rules a module, loaded when a call of git may need it."""

from __future__ import annotations

from collections.abc import Iterator

from ..command import Command
from ..invocation import Invocation
from .context import Context
from .hazard import Found, Hazard, Inner, Unclear

__all__ = ["Context", "Hazard", "Inner", "Unclear", "foreign", "hazards"]

#: The module and function of each family, by the first word of the verb; with "*" only where there is a second word.
_FAMILIES: dict[str, tuple[tuple[str, str], ...]] = {
    "reset": (("worktree", "reset"),),
    "checkout": (("worktree", "checkout"),),
    "switch": (("worktree", "switch"),),
    "restore": (("worktree", "restore"),),
    "clean": (("worktree", "clean"),),
    "rm": (("worktree", "remove"),),
    "mv": (("worktree", "move"),),
    "checkout-index": (("worktree", "checkout_index"),),
    "read-tree": (("worktree", "read_tree"),),
    "apply": (("worktree", "apply"),),
    "worktree": (("worktree", "worktree"),),
    "submodule": (("worktree", "submodule"),),
    "sparse-checkout": (("worktree", "sparse"),),
    "branch": (("refs", "branch"),),
    "tag": (("refs", "tag"),),
    "update-ref": (("refs", "update_ref"),),
    "symbolic-ref": (("refs", "symbolic_ref"),),
    "stash": (("refs", "stash"),),
    "reflog": (("refs", "reflog"),),
    "prune": (("refs", "prune"),),
    "gc": (("refs", "collect"),),
    "repack": (("refs", "repack"),),
    "replace": (("refs", "replace"),),
    "notes": (("refs", "notes"),),
    "remote": (("refs", "remote"),),
    "filter-branch": (("refs", "rewrite"),),
    "filter-repo": (("refs", "rewrite"),),
    "fast-import": (("refs", "rewrite"),),
    "rebase": (("refs", "rebase"), ("worktree", "abort"), ("bypass", "options")),
    "lfs": (("refs", "lfs"),),
    "history": (("refs", "rebase"),),
    "replay": (("refs", "rebase"),),
    "commit": (("refs", "rebase"), ("bypass", "options")),
    "merge": (("worktree", "abort"), ("bypass", "options")),
    "cherry-pick": (("worktree", "abort"), ("bypass", "options")),
    "revert": (("worktree", "abort"), ("bypass", "options")),
    "am": (("worktree", "abort"), ("bypass", "options")),
    "push": (("remote", "push"), ("bypass", "options")),
    "send-pack": (("remote", "send_pack"),),
    "http-push": (("remote", "send_pack"),),
    "fetch": (("remote", "fetch"),),
    "pull": (("remote", "fetch"), ("bypass", "options")),
    "config": (("config", "config"),),
    "citool": (("bypass", "options"),),
}
_NESTED = frozenset(("worktree", "submodule", "sparse-checkout", "stash", "reflog", "notes", "remote"))
#: What is asked of every call, if it has anything to ask about.
_DOORS = (("bypass", "programs"), ("bypass", "configuration"), ("bypass", "variables"))
#: Options that name a file to write.
_FILES = frozenset(("output", "o", "output-directory"))
_RUNNING = frozenset(("!", "bisect", "submodule", "for-each-repo", "rebase", "difftool", "grep", "fetch", "pull"))
_REPLACES = frozenset(("checkout", "restore", "rm", "mv"))
_REMOTE = frozenset(("clone", "ls-remote", "fetch-pack", "archive", "push", "send-pack"))


def hazards(call: Invocation, context: Context) -> Iterator[Found]:
    """Yield what a call of git can destroy or switch off, texts that it runs, and what cannot be told about it."""
    if call.helps:
        return
    yield from _unclear(call)
    context = context.at(call.directory)
    for module, name in (*_families(call), *_doors(call), *_others(call)):
        yield from _ask(module, name, call, context)


def _unclear(call: Invocation) -> Iterator[Unclear]:
    """Doubt a verb that nobody sees; one that git does not have, and no alias stands for, is some other program."""
    word = call.operands[0] if call.operands else None
    if not call.verb and (word is None or word.text is None):
        place = word or call.command
        yield Unclear("nobody can see which command of git this is", place.start, place.end)
    elif _childless(call) and word is not None and not word.known:
        yield Unclear(f"nobody can see what git {_verb(call)} shall do", word.start, word.end)


def _verb(call: Invocation) -> str:
    return call.verb[0] if call.verb else ""


def _childless(call: Invocation) -> bool:
    return len(call.verb) < 2 and _verb(call) in _NESTED


def _families(call: Invocation) -> tuple[tuple[str, str], ...]:
    """Return the families that know the verb."""
    return () if _childless(call) else _FAMILIES.get(_verb(call), ())


def _doors(call: Invocation) -> tuple[tuple[str, str], ...]:
    if not call.verb:
        return _DOORS[1:]
    asked = call.config or call.command.env or call.globals or _verb(call) in ("push", "send-pack")
    return _DOORS if asked else ()


def _others(call: Invocation) -> Iterator[tuple[str, str]]:
    """Yield what is asked of a call that writes files, or may run text."""
    verb = _verb(call)
    if verb in ("show", "cat-file") and call.command.writes:
        yield "worktree", "printed"
    if _names_policy(call):
        yield "tamper", "replaced"
    if any(option.name in _FILES and option.value is not None for option in call.options):
        yield "tamper", "outputs"
    if call.config or call.command.env or verb in _RUNNING | _REMOTE:
        yield "inner", "texts"


def _names_policy(call: Invocation) -> bool:
    return _verb(call) in _REPLACES and any(
        "agentops-gates" in word.prefix for word in (*call.operands, *(call.paths or ()))
    )


def foreign(command: Command, context: Context) -> Iterator[Found]:
    """Yield what any other command can destroy or switch off."""
    from .managers import managers
    from .tamper import tamper

    yield from tamper(command, context)
    yield from managers(command)


def _ask(module: str, name: str, call: Invocation, context: Context) -> Iterator[Found]:
    family = __import__(f"{__name__}.{module}", fromlist=(name,))
    found: Iterator[Found] = getattr(family, name)(call, context)
    return found
