"""Changes to a person's files: read, shown as a diff, and written all or none."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from ..model.errors import UsageError
from ..model.text import printable


class Edit(NamedTuple):
    """A file by the name that is told, with its path, its old content and its new one (None: there is none)."""

    name: str
    path: str
    old: bytes | None
    new: bytes | None


def read(path: str, name: str, *, follow: bool = False) -> bytes | None:
    """Return a file's content, None if there is none; raise UsageError for a link or what cannot be read."""
    if os.path.islink(path) and not follow:
        raise UsageError(f"{name} is a symbolic link", "make it a file and run init again; nothing was written")
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror}", "nothing was written") from error


def diff(edits: Sequence[Edit]) -> Iterator[str]:
    """Yield the lines of a unified diff; the files are UTF-8."""
    from difflib import unified_diff

    for edit in edits:
        old, new = (data.decode("utf-8").splitlines(keepends=True) for data in (edit.old or b"", edit.new or b""))
        before = f"a/{edit.name}" if edit.old is not None else "/dev/null"
        after = f"b/{edit.name}" if edit.new is not None else "/dev/null"
        for line in unified_diff(old, new, before, after):
            yield printable(line.removesuffix("\n").removesuffix("\r")) + "\n"
            if not line.endswith("\n"):
                yield "\\ No newline at end of file\n"


def write(edits: Sequence[Edit]) -> None:
    """Write all files or none: each new content is complete on disk before the first one takes its place."""
    temporaries: list[str] = []
    written: list[str] = []
    try:
        for edit in edits:
            folder, name = os.path.split(edit.path)
            temporaries.append(os.path.join(folder, f".{name}.{os.getpid()}.tmp"))
            _write_one(temporaries[-1], edit)
        for edit, temporary in zip(edits, temporaries, strict=True):
            if edit.new is None:
                os.unlink(edit.path)
            else:
                os.replace(temporary, edit.path)
            written.append(edit.name)
    except OSError as error:
        done = f"{' and '.join(written)} was written" if written else "nothing was written"
        raise UsageError(f"cannot write {edit.name}: {error.strerror}", done) from error
    finally:
        for temporary in temporaries:
            with suppress(OSError):
                os.unlink(temporary)


def _write_one(temporary: str, edit: Edit) -> None:
    if edit.new is None:
        return
    os.makedirs(os.path.dirname(temporary), exist_ok=True)
    with open(temporary, "xb") as file:
        file.write(edit.new)
        file.flush()
        os.fsync(file.fileno())
    if edit.old is not None:
        os.chmod(temporary, os.stat(edit.path).st_mode & 0o7777)
