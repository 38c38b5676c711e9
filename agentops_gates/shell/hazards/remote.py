"""Loss at a remote: forced, deleting, mirroring and pruning pushes in every spelling; and fetches that overwrite."""

from __future__ import annotations

from collections.abc import Iterator

from ..invocation import Invocation
from ..value import Value
from .context import Context
from .hazard import Found, hazard
from .look import place, sure, unseen
from .refs import OURS

_FORCED = "git push --force overwrites what is at the remote"


def push(call: Invocation, context: Context) -> Iterator[Found]:
    """Every way in which a push can lose something; with ``--dry-run`` it loses nothing."""
    if sure(call, "dry-run") and not unseen(call):
        return
    if call.has("force"):
        yield hazard("AG412", place(call, "force"), _FORCED)
    if call.has("mirror"):
        yield hazard(
            "AG412", place(call, "mirror"), "git push --mirror overwrites and deletes all that is at the remote"
        )
    if call.has("delete", "prune"):
        yield hazard("AG414", place(call, "delete", "prune"), "git push deletes what is at the remote")
    if call.has("force-with-lease") and not call.has("force"):
        yield hazard(
            "AG413", place(call, "force-with-lease"), "git push --force-with-lease overwrites what is at the remote"
        )
    if unseen(call):
        yield hazard("AG412", call.command, "git push with words that come from elsewhere can force or delete")
    yield from _refspecs(call)
    yield from _configured(call, context)


def _words(call: Invocation) -> tuple[Value, ...]:
    return (*call.operands, *(call.paths or ()))


def _refspecs(call: Invocation) -> Iterator[Found]:
    for word in _words(call):
        text = word.prefix
        if text.startswith("+"):
            yield hazard("AG412", word, "a refspec that begins with + is forced")
        elif text.startswith(":") and (len(text) > 1 or not word.known):
            yield hazard("AG414", word, "a refspec that begins with : deletes what is at the remote")
        if f":{OURS}" in text or text.lstrip("+:").startswith(OURS):
            yield hazard("AG445", word, "records of agentops-gates are pushed by hand", "remote")


def _configured(call: Invocation, context: Context) -> Iterator[Found]:
    for key, value in (*_stored(context), *call.config):
        if not key.startswith("remote."):
            continue
        if key.endswith(".mirror") and (value.text is None or value.text.lower() in ("true", "yes", "on", "1", "")):
            yield hazard("AG412", call.command, "the remote is a mirror: every push is forced, and deletes")
        elif key.endswith(".push") and value.prefix.startswith(("+", ":")) and value.text != ":":
            yield hazard("AG412", call.command, "the remote's push setting forces or deletes")


def _stored(context: Context) -> list[tuple[str, Value]]:
    from ..value import literal
    from .stored import remotes

    return [(key, literal(value)) for key, value in remotes(context)]


def send_pack(call: Invocation, _context: Context) -> Iterator[Found]:
    """Judge a push below the level at which hooks are asked."""
    if not sure(call, "dry-run"):
        yield hazard("AG415", call.command, f"git {call.verb[0]} pushes without asking the pre-push hook")


def fetch(call: Invocation, _context: Context) -> Iterator[Found]:
    """Judge a branch of this repository overwritten by what is fetched."""
    if sure(call, "dry-run"):
        return
    forced = call.has("force")
    for word in call.operands[1:]:
        text = word.prefix
        target = text.partition(":")[2]
        if not (forced or text.startswith("+")) or not target:
            continue
        if target.startswith(OURS):
            yield hazard("AG445", word, "records of agentops-gates are overwritten by what is fetched")
        elif not target.startswith(("refs/remotes/", "refs/notes/", "refs/pull/", "refs/prefetch/")):
            yield hazard("AG418", word, f"git {call.verb[0]} overwrites a branch or tag that is here")
