"""The commits of a range as their objects say them, and the paths they touch: a fixed number of git calls."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence

from ..model.errors import UndecidedError
from ..model.light import NamedTuple
from .objects import Objects, missing
from .repo import UNSHALLOW, Repo
from .run import failed

_ANY = range(-64, 256)
# Asked for at once. The questions must fit into a pipe (16 KiB on some systems), or two processes wait for each other.
_WINDOW = 200
_LIMIT = 1 << 20
_SAYING = ("--regexp-ignore-case", "--fixed-strings")


class CommitObject(NamedTuple):
    """What stands in a commit object. ``people`` are the author and committer lines, less their times, as bytes.

    ``signature`` is the armour of the commit's own signature, or empty. Nothing here was verified by anybody.
    """

    oid: str
    tree: str
    parents: tuple[str, ...]
    people: tuple[bytes, ...]
    message: bytes
    signature: bytes = b""


def listed(repo: Repo, head: str, base: str | None, most: int, saying: str = "") -> list[str] | None:
    """Return the ids of the commits that ``head`` has and ``base`` lacks, newest first; None if they are over ``most``.

    With ``saying``, only those whose message holds these letters, small or capital: git is quicker at finding none.
    Raises UndecidedError where history is cut.
    """
    ends = (head, f"^{base}") if base else (head,)
    options = (f"--max-count={most + 1}", *((*_SAYING, f"--grep={saying}") if saying else ()))
    # In another encoding, which the user's configuration may ask for, the letters would not be found.
    args = ("-c", "i18n.logOutputEncoding=UTF-8", "rev-list", *options, "--end-of-options", *ends, "--")
    done = repo.git.run(*args, ok=_ANY)
    if done.rc or b"error: " in done.err:
        where = f"between {base[:12]} and {head[:12]}" if base else f"of {head[:12]}"
        error = failed(("rev-list",), done)
        if repo.shallow:
            raise UndecidedError(f"this clone is shallow and lacks history {where}", UNSHALLOW)
        raise UndecidedError(f"this clone lacks history {where}: {error}", error.fix or "git fsck")
    oids = done.out.decode().split()
    return oids if len(oids) <= most else None


def commits(repo: Repo, oids: Sequence[str]) -> Iterator[CommitObject]:
    """Yield the commits with these ids, in this order.

    Raises UndecidedError for one that is missing, damaged or larger than 1 MiB.
    """
    stream = _Stream(repo.git)
    with stream:
        for start in range(0, len(oids), _WINDOW):
            # A window is read to its end before anybody sees a part of it: nothing is in flight between two of them.
            window = oids[start : start + _WINDOW]
            for oid, data in zip(window, stream.window(window), strict=True):
                yield parse_commit(oid, data)


def parse_commit(oid: str, data: bytes) -> CommitObject:
    """Return what the commit object with this id and content says; UndecidedError if it is none that git would read."""
    header, _, message = data.partition(b"\n\n")
    lines = header.split(b"\n")
    # git takes the tree from the first line and parents only from those that follow: others are decoration.
    if not lines[0].startswith(b"tree "):
        raise UndecidedError(f"commit {oid} is damaged: it names no tree", "git fsck")
    tree = lines[0][5:].decode("ascii", "replace")
    parents = []
    for line in lines[1:]:
        if not line.startswith(b"parent "):
            break
        parents.append(line[7:].decode("ascii", "replace"))
    people = tuple(_person(line) for line in lines if line.startswith((b"author ", b"committer ")))
    signature = _signature(lines) if b"\ngpgsig" in header else b""
    return CommitObject(oid, tree, tuple(parents), people, message, signature)


def touched(repo: Repo, oids: Collection[str]) -> frozenset[str]:
    """Return every path that differs between one of the commits ``oids`` and its parents.

    A path that is changed and changed back is among them; a merge counts where it differs from each of its parents.
    Decoded with ``os.fsdecode``; a moved file counts with both of its paths.
    """
    flags = ("-c", "-r", "--root", "--no-commit-id", "--name-only", "-z", "--no-renames", "--ignore-submodules=none")
    if not oids:
        return frozenset()
    names = "".join(f"{oid}\n" for oid in oids).encode()
    raw = repo.git.run("diff-tree", "--stdin", *flags, "--no-ext-diff", "--no-textconv", stdin=names).out
    return frozenset(os.fsdecode(path) for path in set(raw.split(b"\0")) if path)


class _Stream(Objects):
    """A ``cat-file --batch`` of its own, asked for many objects at a time: one at a time, waiting costs the most."""

    def window(self, oids: Sequence[str]) -> list[bytes]:
        """Return the content of these commits, which must be few enough for their ids to fit into a pipe."""
        process = self._start()
        try:
            process.stdin.write("".join(f"{oid}\n" for oid in oids).encode())
            process.stdin.flush()
            return [self._commit(process.stdout.readline(), oid) for oid in oids]
        except BrokenPipeError:
            raise missing(oids[0]) from None

    def _commit(self, answer: bytes, oid: str) -> bytes:
        fields = answer.decode("ascii", "replace").split()
        if len(fields) != 3 or fields[0] != oid:
            raise missing(oid)
        if fields[1] != "commit" or int(fields[2]) > _LIMIT:
            raise UndecidedError(f"{oid} is a {fields[1]} of {int(fields[2]):,} bytes, no commit that can be judged")
        pipe = self._start().stdout
        size = int(fields[2])
        data = pipe.read(size + 1)
        if len(data) != size + 1:
            raise missing(oid)
        return data[:size]


def _person(line: bytes) -> bytes:
    """Return an author or committer line without its first word and its time."""
    _, _, who = line.partition(b" ")
    address, bracket, _ = who.rpartition(b">")
    return address + bracket if bracket else who


def _signature(lines: list[bytes]) -> bytes:
    """Return the value of the first ``gpgsig`` or ``gpgsig-sha256`` header, its lines unfolded."""
    found: list[bytes] = []
    for line in lines:
        if found:
            if not line.startswith(b" "):
                break
            found.append(line[1:])
        elif line.startswith((b"gpgsig ", b"gpgsig-sha256 ")):
            found.append(line.partition(b" ")[2])
    return b"\n".join(found)
