"""One hook file on disk: what it is, and changing it so that at every moment one whole hook stands there."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress

from ...model.errors import UsageError
from ...model.light import NamedTuple
from ...model.text import printable
from .script import Ours, generator, recognise

# Hooks are scripts; a compiled one is recognised by nothing in its head.
_READ_LIMIT = 1 << 20


class HookFile(NamedTuple):
    """A file where git looks for a hook, or where a tool keeps an earlier one.

    ``ours`` is set if this package wrote it; ``generator`` names another tool that did; ``runs`` is whether git would
    run it; ``content`` is empty for a link, whose target belongs to somebody else.
    """

    path: str
    exists: bool
    link: bool
    runs: bool
    content: bytes
    ours: Ours | None
    generator: str


def look(path: str) -> HookFile:
    """Return what stands at ``path``; raise UsageError for a folder, a device or a file that cannot be read."""
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return HookFile(path, exists=False, link=False, runs=False, content=b"", ours=None, generator="")
    link = stat.S_ISLNK(mode)
    if not link and not stat.S_ISREG(mode):
        raise UsageError(f"{printable(path)} is neither a file nor a link", "move it away")
    content = _read(path)
    ours = None if link else recognise(content)
    return HookFile(path, True, link, os.access(path, os.X_OK), content, ours, generator(content))


def write(path: str, content: bytes) -> None:
    """Put an executable file with ``content`` at ``path`` in one step, and read it back."""
    folder, name = os.path.split(path)
    os.makedirs(folder, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{name}.", suffix=".agentops-new", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # Whatever the umask: a hook that another user of this repository cannot execute does not run, silently.
        os.chmod(temporary, 0o755)  # noqa: S103
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    with open(path, "rb") as file:
        if file.read() != content:
            raise UsageError(f"{printable(path)} does not hold what was written to it")


def keep_aside(path: str, aside: str) -> None:
    """Give the file (or link) at ``path`` the further name ``aside``; raise FileExistsError rather than overwrite.

    The first name stays until :func:`write` replaces it, so that no commit slips through between the two steps.
    """
    try:
        os.link(path, aside, follow_symlinks=False)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):
        # No hard links here. A rename leaves a moment without a hook, which cannot be helped.
        if os.path.lexists(aside):
            raise FileExistsError(aside) from None
        os.rename(path, aside)


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(_READ_LIMIT)
    except FileNotFoundError:
        return b""  # a link that leads nowhere: git runs nothing, and neither do we
    except OSError as error:
        raise UsageError(f"cannot read {printable(path)}: {error.strerror}") from error
