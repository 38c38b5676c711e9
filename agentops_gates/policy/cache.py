"""Keeps validated policies, so that a hook neither imports a TOML parser nor parses. Losing it loses nothing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from zlib import crc32

from .. import __version__
from ..model.gate import Gate
from ..model.values import from_json
from .policy import Policy, parts, seal
from .sections import JUDGE, SECTIONS

_MOST_FILES = 64


def key(own: str, shared: str, gates: Sequence[Gate]) -> str:
    """Return the name under which the policy of these blobs is kept, for this version and these gates' settings."""
    return f"{own or 'none'}-{shared or 'none'}-{_checksum(repr((__version__, tuple(gates), SECTIONS, JUDGE)))}"


def get(folder: str, name: str) -> Policy | None:
    """Return the policy kept as ``name``, or None: not there, unreadable, cut short or altered are all a miss."""
    try:
        with open(os.path.join(folder, f"{name}.json"), encoding="utf-8") as file:
            checksum, content = file.read().split("\n", 1)
        if checksum != _checksum(content):
            return None
        kept = from_json(content)
        return seal(kept["policy"], str(kept["source"]), str(kept["digest"]))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def put(folder: str, name: str, policy: Policy) -> None:
    """Keep ``policy`` as ``name``. A folder that cannot be written is no error: the next run parses again."""
    import json

    content = json.dumps({"source": policy.source, "digest": policy.digest, "policy": parts(policy)})
    content = f"{_checksum(content)}\n{content}"
    temporary = os.path.join(folder, f"{name}.{os.getpid()}.tmp")
    with suppress(OSError):
        os.makedirs(folder, exist_ok=True)
        _prune(folder)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
        os.replace(temporary, os.path.join(folder, f"{name}.json"))


def _prune(folder: str) -> None:
    names = os.listdir(folder)
    if len(names) >= _MOST_FILES:
        for name in names:
            with suppress(OSError):
                os.unlink(os.path.join(folder, name))


def _checksum(text: str) -> str:
    # Against accidents, as is all of this file: hashlib would take longer to import than the rest of a hit.
    return f"{crc32(text.encode('utf-8', 'surrogatepass')):08x}"
