"""The commits of a range as their objects say them, and the paths they touch: a fixed number of git calls."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress

from ..model.digest import sha1, sha256
from ..model.errors import UndecidedError
from ..model.light import NamedTuple
from ..model.text import printable
from . import spawn
from .objects import Header, missing, must_be
from .repo import UNSHALLOW, Repo
from .run import failed

_ANY = range(-64, 256)
_SHA1 = 40
_CHUNK = 1 << 16
# So many are asked of the process that runs anyhow: each answer is waited for, which takes less than to start another.
_FEW = 24
_LIMIT = 1 << 20


class CommitObject(NamedTuple):
    """What stands in a commit object. ``people`` are the author and committer lines, less their times, as bytes.

    ``signature`` is the armour of the commit's own signature, or empty. ``encoding`` is what the commit says that its
    message is written in, empty for UTF-8. Nothing here was verified by anybody.
    """

    oid: str
    tree: str
    parents: tuple[str, ...]
    people: tuple[bytes, ...]
    message: bytes
    signature: bytes = b""
    encoding: bytes = b""


def listed(repo: Repo, head: str, base: str | None, most: int) -> list[str] | None:
    """Return the ids of the commits that ``head`` has and ``base`` lacks, newest first; None if they are over ``most``.

    Raises UndecidedError where history is cut.
    """
    ends = (head, f"^{base}") if base else (head,)
    done = repo.git.run("rev-list", f"--max-count={most + 1}", "--end-of-options", *ends, "--", ok=_ANY)
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
    if len(oids) <= _FEW:
        for oid in oids:
            yield parse_commit(oid, _read(repo, oid))
        return
    with _Answers(repo, oids) as answers:
        for oid in oids:
            yield parse_commit(oid, answers.commit(oid))


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
    people = tuple([_person(line) for line in lines if line.startswith((b"author ", b"committer "))])
    signature = _signature(lines) if b"\ngpgsig" in header else b""
    encoding = next((line[9:] for line in lines if line.startswith(b"encoding ")), b"")
    return CommitObject(oid, tree, tuple(parents), people, message, signature, encoding)


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


def by_parent(repo: Repo, oids: Collection[str]) -> list[list[frozenset[str]]]:
    """Return, for each of the commits ``oids``, the paths by which it differs from each of its parents (a root: one).

    Paths are as in :func:`touched`, which leaves out what a merge has from any parent: by a choice of parents two
    states can be mixed so that no path counts.
    """
    flags = ("-m", "-r", "--root", "--always", "--raw", "-z", "--no-renames", "--ignore-submodules=none")
    if not oids:
        return []
    names = "".join(f"{oid}\n" for oid in oids).encode()
    raw = repo.git.run("diff-tree", "--stdin", *flags, "--no-ext-diff", "--no-textconv", stdin=names).out
    found: dict[bytes, list[set[str]]] = {}
    words = iter(raw.split(b"\0"))
    own: set[str] = set()
    for word in words:
        # Only after what begins with a colon comes a path, which can be called like a commit.
        if word.startswith(b":"):
            own.add(os.fsdecode(next(words)))
        elif word:
            own = set()
            found.setdefault(word, []).append(own)
    return [[frozenset(paths) for paths in sides] for sides in found.values()]


def _read(repo: Repo, oid: str) -> bytes:
    found = repo.objects.read(oid, _LIMIT)
    if found is None or found[0].oid != oid:
        raise missing(oid)
    _check(*found[0])
    return found[1]


def _check(oid: str, kind: str, size: int) -> None:
    if kind != "commit" or size > _LIMIT:
        raise UndecidedError(f"{oid} is a {kind} of {size:,} bytes, no commit that can be judged")


class _Answers:
    """A ``cat-file --batch`` of its own that is asked for all commits at once: one at a time, waiting costs the most.

    Its answers are buffered, and read as they come, so that memory stays flat.
    """

    def __init__(self, repo: Repo, oids: Sequence[str]) -> None:
        self._questions = "".join(f"{oid}\n" for oid in oids).encode()
        try:
            self._child = spawn.start(repo.git.command("cat-file", "--batch", "--buffer"), repo.git.env)
        except OSError as error:
            raise UndecidedError(f"cannot run {printable(repo.git.program)}: {error}") from error
        self._chunks = self._read()
        self._data, self._at = b"", 0
        # At one go, where must_be takes three steps.
        self._digest = sha1 if len(oids[0]) == _SHA1 else sha256

    def __enter__(self) -> _Answers:
        return self

    def __exit__(self, *error: object) -> None:
        self._child.kill()
        for pipe in (self._child.stdin, self._child.stdout):
            with suppress(BrokenPipeError):
                pipe.close()
        self._child.wait()

    def commit(self, oid: str) -> bytes:
        """Return the content of the next commit, which must be this one."""
        while (end := self._data.find(b"\n", self._at)) < 0:
            self._more(oid)
        fields = self._data[self._at : end].decode("ascii", "replace").split()
        if len(fields) != 3 or fields[0] != oid:
            raise missing(oid)
        size = int(fields[2])
        _check(oid, fields[1], size)
        self._at = end + 1
        while len(self._data) <= self._at + size:
            self._more(oid)
        data = self._data[self._at : self._at + size]
        self._at += size + 1
        if self._digest(b"commit %d\0" % size + data).hexdigest() != oid:
            must_be(Header(oid, "commit", size), data)
        return data

    def _more(self, oid: str) -> None:
        chunk = next(self._chunks, b"")
        if not chunk:
            raise missing(oid)
        self._data, self._at = self._data[self._at :] + chunk, 0

    def _read(self) -> Iterator[bytes]:
        """Yield what git says while it is told the rest of the questions: whoever only does one of both can block."""
        if not isinstance(self._child, spawn.Child):
            yield self._child.communicate(self._questions)[0]
            return
        import select

        stdin, stdout = self._child.stdin.fileno(), self._child.stdout.fileno()
        os.set_blocking(stdin, False)
        waiting = select.poll()
        waiting.register(stdin, select.POLLOUT)
        waiting.register(stdout, select.POLLIN)
        while True:
            for end, _ in waiting.poll():
                if end == stdout:
                    yield os.read(stdout, _CHUNK)
                elif not self._told(stdin):
                    waiting.unregister(stdin)
                    self._child.stdin.close()

    def _told(self, stdin: int) -> bytes:
        """Put as many questions as the pipe takes, and return what is left of them."""
        try:
            self._questions = self._questions[os.write(stdin, self._questions[:_CHUNK]) :]
        except BrokenPipeError:
            self._questions = b""
        return self._questions


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
