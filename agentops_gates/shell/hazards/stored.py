"""What the repository's own configuration says, read without starting git where there is nothing to find."""

from __future__ import annotations

import os

from .context import Context

_LONGEST = 1 << 20


def remotes(context: Context) -> list[tuple[str, str]]:
    """Return the settings of remotes that change what a plain push does."""
    if not _mentions(context.cwd):
        return []
    return [
        (key, value)
        for key, values in context.settings().items()
        if key.startswith("remote.") and key.endswith((".push", ".mirror"))
        for value in values
    ]


def _mentions(folder: str) -> bool:
    """Tell whether the configuration can hold such settings: one look into the file is cheaper than a process."""
    while True:
        found = os.path.join(folder, ".git")
        if os.path.isdir(found):
            return _says(os.path.join(found, "config"))
        if os.path.lexists(found):
            # A linked work tree or a submodule: its configuration is elsewhere.
            return True
        above = os.path.dirname(folder)
        if above == folder:
            return False
        folder = above


def _says(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            text = file.read(_LONGEST).lower()
    except OSError:
        return False
    return b"mirror" in text or b"push" in text or b"include" in text
