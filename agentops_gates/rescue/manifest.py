"""What a snapshot says of itself: JSON in its tree (``about``: what was there) and in its commit (when and why)."""

from __future__ import annotations

from collections.abc import Sequence

from ..model.errors import UndecidedError
from ..model.light import Any
from ..model.values import from_json
from .content import File, Left, Saved, Snapshot, Stash
from .mark import TITLE
from .refs import Kept

_VERSION = 1


def about(snapshot: Snapshot) -> bytes:
    """Return what the tree says: the state alone, so that the same state is the same tree."""
    facts = {
        "version": _VERSION,
        "worktree": snapshot.worktree,
        "head": snapshot.head,
        "branch": snapshot.branch,
        "index": snapshot.index_tree,
        "files": snapshot.files,
        "left": snapshot.left,
        "refs": snapshot.refs,
        "stashes": snapshot.stashes,
        "reflog": snapshot.reflog,
    }
    return b"{\n" + b",\n".join(_json(name) + b": " + _rows(value) for name, value in facts.items()) + b"\n}\n"


def message(why: str, endangered: Sequence[str]) -> bytes:
    """Return what the commit says; ``why`` is as a rule the command."""
    return TITLE + b"\n\n" + _json({"endangered": list(endangered), "why": why}) + b"\n"


def read(one: Kept, said: bytes, told: bytes) -> Snapshot:
    """Return the snapshot of a commit's message and of ``about`` in its tree. Raises UndecidedError for others."""
    try:
        why = from_json(said.partition(b"\n\n")[2].decode().strip())
        facts = from_json(told.decode().strip())
        if facts["version"] != _VERSION:
            raise UndecidedError(f"{one.ref} was made by a newer agentops-gates", "use that")
        return Snapshot(
            one.id,
            one.ref,
            one.oid,
            one.time,
            str(why["why"]),
            tuple(map(str, why["endangered"])),
            str(facts["worktree"]),
            str(facts["head"]),
            str(facts["branch"]),
            str(facts["index"]),
            tuple(File(*row) for row in facts["files"]),
            tuple(Left(*row) for row in facts["left"]),
            tuple(Saved(*row) for row in facts["refs"]),
            tuple(Stash(*row) for row in facts["stashes"]),
            int(facts["reflog"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UndecidedError(f"{one.ref} is no snapshot that this version can read") from error


def _rows(value: object) -> bytes:
    """One entry of a list a line: two snapshots can then be compared by eye."""
    if not isinstance(value, tuple):
        return _json(value)
    return b"[\n" + b",\n".join(map(_json, value)) + b"\n]" if value else b"[]"


def _json(value: Any) -> bytes:  # noqa: ANN401 - texts, numbers, and lists and tables of them
    if isinstance(value, str):
        return _text(value).encode("ascii")
    if isinstance(value, dict):
        return b"{" + b", ".join(_json(name) + b": " + _json(item) for name, item in value.items()) + b"}"
    if isinstance(value, list | tuple):
        return b"[" + b", ".join(map(_json, value)) + b"]"
    return str(int(value)).encode("ascii")


def _text(value: str) -> str:
    try:
        from _json import encode_basestring_ascii
    except ImportError:  # another interpreter
        from json.encoder import encode_basestring_ascii
    return str(encode_basestring_ascii(value))
