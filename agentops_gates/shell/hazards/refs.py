"""Loss of commits and refs in this repository."""

from __future__ import annotations

from collections.abc import Iterator

from ..invocation import Invocation
from ..value import Value
from .context import Context
from .hazard import Found, hazard
from .look import place, sure, unseen
from .settings import soon

#: Refs that only say where something was, and that git makes anew.
_LIGHT = ("refs/remotes/", "refs/bisect/", "refs/rewritten/", "refs/prefetch/")
OURS = "refs/agentops"


def branch(call: Invocation, _context: Context) -> Iterator[Found]:
    """``-D``, ``-d --force``, ``-f``, ``-M``, ``-C``; ``-d`` of what is merged loses nothing."""
    forced = call.has("force")
    if call.has("D") or (call.has("delete") and forced):
        # Of what was fetched, git deletes only its note of where it was.
        if not sure(call, "remotes"):
            yield hazard("AG405", place(call, "D", "force"), "git branch -D deletes a branch that may not be merged")
        return
    if call.has("M", "C") or (forced and not sure(call, "list")):
        yield hazard("AG407", place(call, "M", "C", "force"), "git branch overwrites a branch that exists", "refs")
    elif unseen(call) and not call.options:
        yield hazard("AG405", call.command, "git branch with options that come from elsewhere can delete branches")


def tag(call: Invocation, _context: Context) -> Iterator[Found]:
    """Judge deletion and overwriting of tags."""
    if call.has("delete"):
        yield hazard("AG406", place(call, "delete"), "git tag -d deletes a tag")
    elif call.has("force") and not sure(call, "list", "verify"):
        yield hazard("AG406", place(call, "force"), "git tag -f moves a tag")


def update_ref(call: Invocation, _context: Context) -> Iterator[Found]:
    """Any ref written or deleted by hand; ``--stdin`` by what it reads, if that is known."""
    if call.has("stdin"):
        yield from _fed(call)
        return
    what = "deletes a ref" if call.has("d") else "moves a ref"
    if call.operands:
        yield from _written(call.operands[0], what)
    elif call.command.more:
        yield hazard("AG408", call.command, f"git update-ref {what}")


def _written(target: Value, what: str) -> Iterator[Found]:
    if target.prefix.startswith(OURS):
        yield hazard("AG445", target, "git update-ref changes records of agentops-gates")
    elif not target.prefix.startswith(_LIGHT) or ".." in target.prefix:
        yield hazard("AG408", target, f"git update-ref {what}")


def _fed(call: Invocation) -> Iterator[Found]:
    given = call.command.stdin.text if call.command.stdin is not None else None
    if given is None:
        yield hazard("AG408", place(call, "stdin"), "git update-ref --stdin does what nobody can see here")
        return
    for line in given.replace("\0", "\n").split("\n"):
        word, _, rest = line.strip().partition(" ")
        if word in ("update", "delete", "create", "symref-update", "symref-delete", "symref-create"):
            if rest.startswith(OURS):
                yield hazard("AG445", place(call, "stdin"), "git update-ref changes records of agentops-gates")
            elif not rest.startswith(_LIGHT):
                yield hazard("AG408", place(call, "stdin"), f"git update-ref --stdin: {word}")


def symbolic_ref(call: Invocation, _context: Context) -> Iterator[Found]:
    """``HEAD`` pointed elsewhere without a checkout, or deleted; a look at it is none."""
    writes = call.has("delete") or len(call.operands) > 1
    target = call.operands[0] if call.operands else None
    if writes and target is not None and not target.prefix.startswith(_LIGHT):
        yield hazard("AG408", target, "git symbolic-ref changes what a name stands for")


def stash(call: Invocation, _context: Context) -> Iterator[Found]:
    """``drop`` and ``clear``; ``pop`` drops only what it has brought back."""
    if call.verb[1] in ("drop", "clear"):
        yield hazard("AG409", call.command, f"git stash {call.verb[1]} deletes stashed work")


def reflog(call: Invocation, _context: Context) -> Iterator[Found]:
    """``expire``, ``delete`` and ``drop``."""
    if call.verb[1] in ("expire", "delete", "drop") and not sure(call, "dry-run"):
        yield hazard("AG410", call.command, f"git reflog {call.verb[1]} deletes entries of the reflog")


def prune(call: Invocation, _context: Context) -> Iterator[Found]:
    """``git prune``, whatever ``--expire`` says."""
    if not sure(call, "dry-run"):
        yield hazard("AG411", call.command, "git prune deletes objects that nothing points at")


def collect(call: Invocation, _context: Context) -> Iterator[Found]:
    """``gc`` with a date to prune before; the plain one keeps two weeks."""
    for option in call.options:
        if option.name == "prune" and option.on and option.value is not None and soon(option.value.text):
            yield hazard("AG411", option, "git gc --prune deletes objects that nothing points at")
    for key, value in call.config:
        if key in ("gc.pruneexpire", "gc.reflogexpire", "gc.reflogexpireunreachable") and soon(value.text):
            yield hazard("AG411", value, f"git gc with {key} set deletes what could still be brought back")


def repack(call: Invocation, _context: Context) -> Iterator[Found]:
    """Judge ``-a -d``, which drops objects that nothing points at unless they are kept on purpose."""
    if call.has("a") and call.has("d") and not sure(call, "keep-unreachable", "A", "cruft"):
        found = hazard("AG411", place(call, "a", "d"), "git repack -a -d deletes objects that nothing points at")
        yield found._replace(level="snapshot")


def replace(call: Invocation, _context: Context) -> Iterator[Found]:
    """Objects shown in the place of others."""
    if not sure(call, "list") and call.operands:
        yield hazard("AG416", call.command, "git replace shows one commit in the place of another", "refs")


def notes(call: Invocation, _context: Context) -> Iterator[Found]:
    """Judge notes removed or overwritten."""
    lost = call.verb[1] in ("remove", "prune") or (call.verb[1] in ("add", "copy") and call.has("force"))
    if lost and not sure(call, "dry-run"):
        yield hazard("AG422", call.command, f"git notes {call.verb[1]} loses notes")


def remote(call: Invocation, _context: Context) -> Iterator[Found]:
    """Judge removal of a remote; one that every push forces."""
    if call.verb[1] in ("remove", "rm"):
        yield hazard("AG420", call.command, "git remote remove forgets all that was fetched")
    mirror: tuple[Value, ...] = call.values("mirror")
    if call.verb[1] == "add" and call.has("mirror") and all(value.text != "fetch" for value in mirror):
        yield hazard("AG451", place(call, "mirror"), "every push to a mirror is forced, and deletes")


def rewrite(call: Invocation, _context: Context) -> Iterator[Found]:
    """Rewriting of history as a whole."""
    if sure(call, "dry-run", "analyze") and call.verb[0] == "filter-repo":
        return
    found = hazard("AG416", call.command, f"git {call.verb[0]} rewrites history")
    if call.verb[0] == "fast-import" and not call.has("force"):
        # It moves no branch backwards then, but no hook sees what it writes.
        found = found._replace(level="ask")
    yield found


def lfs(call: Invocation, _context: Context) -> Iterator[Found]:
    """Judge ``git lfs migrate``, which makes all commits anew."""
    if [word.text for word in call.operands[:2]] in (["migrate", "import"], ["migrate", "export"]):
        yield hazard("AG416", call.command, "git lfs migrate rewrites history")


def rebase(call: Invocation, _context: Context) -> Iterator[Found]:
    """Judge a branch rewritten with its reflog standing."""
    if call.verb[0] != "commit" and not call.has(
        "abort", "quit", "continue", "skip", "edit-todo", "show-current-patch"
    ):
        yield hazard("AG417", call.command, f"git {' '.join(call.verb)} makes commits anew")
    elif call.verb[0] == "commit" and call.has("amend") and not sure(call, "dry-run"):
        yield hazard("AG417", place(call, "amend"), "git commit --amend makes the last commit anew")
