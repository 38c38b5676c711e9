"""Makes a snapshot of what a destructive command endangers, before it runs.

The objects are made in a throw-away repository and handed over whole; then comes the ref, then all of it is read back.
The user's index, its lock and the work tree are only read. Whatever fails on the way is an UndecidedError, and then the
command may not run.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterator

from ..git.repo import Repo
from ..model.errors import AgentopsError, UndecidedError
from ..model.text import printable
from .budget import Budget
from .content import THINGS, File, Left, Snapshot
from .manifest import about, message
from .part import Part, inner
from .pins import Pins, log_files, put_files, state_files
from .refs import PREFIX, Kept, create, expire, kept, name_at
from .settings import Settings
from .stream import Stream
from .workshop import Workshop

_TREE = 0o040000
_MOST_NESTED = 50
_WHY_LIMIT = 10_000
# A snapshot of the same state is made anew after that, so that it does not expire with the old one.
_RENEW = 86_400


def snapshot(repo: Repo, endangered: Collection[str], why: str, settings: Settings) -> Snapshot:
    """Save what is ``endangered`` (any of :data:`THINGS`), if no snapshot holds that very state, and return it.

    ``why`` is the command, as a rule. Raises UndecidedError when anything cannot be saved: the command may not run.
    """
    things = THINGS.intersection(endangered)
    if other := sorted({*endangered} - THINGS - {"none"}) or ([] if things else ["nothing that is kept here"]):
        raise UndecidedError(f"a snapshot here cannot save what is in danger: {printable(', '.join(other))}")
    with Workshop(repo) as shop:
        try:
            return _Making(repo, shop, things, settings).run(why[:_WHY_LIMIT])
        except OSError as error:
            place = printable(error.filename or "a file")
            raise UndecidedError(f"{place} cannot be saved: {error.strerror}") from error


class _Making:
    def __init__(self, repo: Repo, shop: Workshop, things: frozenset[str], settings: Settings) -> None:
        self._repo = repo
        self._shop = shop
        self._things = things
        self._settings = settings
        self._budget = Budget(settings)
        self._parts: list[Part] = []
        self._left: list[Left] = []
        self._files: list[File] = []
        self._bundles: list[tuple[bytes, bytes, str]] = []
        self._index = ""
        self._inner: list[Repo] = []

    def run(self, why: str) -> Snapshot:
        exact = time.time()
        now = int(exact)
        every = kept(self._repo)
        gone = expire(self._repo, every, self._settings, now)
        every = [one for one in every if one not in gone]
        pins = Pins(self._repo, self._things)
        try:
            if not self._repo.bare and self._things - {"refs", "stash", "reflog"}:
                self._look()
            made = self._write(why, pins, now)
        finally:
            for one in self._inner:
                one.close()
        return self._keep(made, every, pins, exact)

    def _look(self) -> None:
        outer = Part(self._repo, self._shop.index, self._shop.borrowed)
        self._parts.append(outer)
        if {"worktree", "index"} & self._things:
            self._index = outer.index.tree()
        outer.look(self._things, self._settings)
        for part in self._parts:  # grows while it is walked
            for path in part.nested:
                self._enter(part, path)

    def _enter(self, outer: Part, path: bytes) -> None:
        """Add the repository that stands at ``path`` within another one, or name it as left out."""
        name = os.fsdecode(os.path.join(outer.prefix, path))
        if len(self._inner) == _MOST_NESTED:
            self._left.append(Left(f"{name}/", f"more than {_MOST_NESTED} repositories within"))
            return
        try:
            found = inner(outer.repo, path)
            self._inner.append(found)
            self._add(found, name)
        except AgentopsError:
            self._left.append(Left(f"{name}/", "a repository that git cannot read"))

    def _add(self, found: Repo, name: str) -> None:
        number = len(self._inner)
        part = Part(found, f"{self._shop.index}.{number}", {}, os.fsencode(name), b"nested/%d" % number)
        part.look(self._things, self._settings)
        if os.path.isdir(os.path.join(found.toplevel, ".git")):
            self._bundle(part, name, number)
        self._parts.append(part)

    def _bundle(self, part: Part, name: str, number: int) -> None:
        """Pack the commits of a repository that would go with its work tree, if they are not too many."""
        git = part.repo.git
        if part.repo.resolve("HEAD") is None and not git.text("for-each-ref", "--count=1"):
            return
        counted = [line.partition(": ") for line in git.text("count-objects", "-v").split("\n")]
        if sum(int(size) for name, _, size in counted if name in ("size", "size-pack")) << 10 > self._budget.bytes // 2:
            self._left.append(
                Left(f"{name}/.git", "the commits of a repository within, too large for rescue.max_bytes")
            )
            return
        path = os.path.join(self._shop.path, f"bundle.{number}")
        head = ("HEAD",) if part.repo.resolve("HEAD") else ()
        git.run("-c", "pack.threads=1", "bundle", "create", "-q", path, "--all", *head)
        self._bundles.append((part.place + b"/bundle", os.fsencode(path), name))

    def _write(self, why: str, pins: Pins, now: int) -> Snapshot:
        said = message(why, sorted(self._things))
        with Stream(self._shop, self._repo.object_format, said, pins.parents, now) as stream:
            if self._index and self._index != self._repo.empty_tree:
                stream.name(b"index", _TREE, self._index)
            pins.write(stream, self._budget)
            self._files += self._own(stream)
            for part in self._parts:
                self._fill(part, stream)
            for place, path, name in self._bundles:
                self._budget.take(os.path.getsize(path))
                if put := stream.file(place, path):
                    self._files.append(
                        File(
                            f"{name}.rescued-bundle",
                            "bundle",
                            put.mode,
                            put.rights,
                            put.size,
                            put.oid,
                            os.fsdecode(place),
                        )
                    )
            made = Snapshot(
                "",
                "",
                "",
                now,
                why,
                tuple(sorted(self._things)),
                self._repo.toplevel,
                pins.head,
                pins.branch,
                self._index,
                tuple(self._files),
                tuple(self._left),
                pins.refs,
                pins.stashes,
                pins.reflog,
                True,
            )
            stream.text(b"about", about(made))
            return made._replace(oid=stream.finish())

    def _own(self, stream: Stream) -> Iterator[File]:
        """Save files of git's own that the command can change."""
        if {"worktree", "index"} & self._things:
            yield from put_files(stream, self._budget, "state", state_files(self._repo))
            if self._parts and self._parts[0].index.unmerged:
                # Its time and its copy of conflicts that were resolved stand nowhere else.
                raw = [("index", self._shop.index)]
                yield from put_files(stream, self._budget, "state", raw)
        if "reflog" in self._things:
            yield from put_files(stream, self._budget, "log", log_files(self._repo))

    def _fill(self, part: Part, stream: Stream) -> None:
        part.write(stream, self._budget)
        if part.prefix:
            part.write_staged(stream, self._budget)
        elif self._index:
            part.list_staged(self._index, self._shop.borrowed)
        self._files += part.files
        self._left += part.left

    def _keep(self, made: Snapshot, every: list[Kept], pins: Pins, now: float) -> Snapshot:
        tree = self._shop.git.text("rev-parse", f"{made.oid}^{{tree}}")
        for one in every:
            if one.tree == tree and one.parents == pins.parents and now - one.time < _RENEW:
                return made._replace(id=one.id, ref=one.ref, oid=one.oid, time=one.time, fresh=False)
        self._check_packs()
        loose = self._shop.hand_over()
        name = name_at(now)
        made = made._replace(id=name, ref=PREFIX + name)
        create(self._repo, name, made.oid)
        self._read_back(made)
        # A collection that ran meanwhile spares packs that it does not know, but no single objects.
        if gone := [oid for oid in loose if self._repo.objects.read(oid, 0) is None]:
            raise UndecidedError(f"{made.ref} lost {len(gone)} objects at once", "let git gc end, then try again")
        return made

    def _check_packs(self) -> None:
        folder = os.path.join(self._shop.path, "objects", "pack")
        packs = [os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".idx")]
        if packs:
            self._shop.git.run("verify-pack", "--", *packs)

    def _read_back(self, made: Snapshot) -> None:
        """Compare what the repository now holds with what was read from the files."""
        listing = self._repo.git.run(
            "ls-tree", "-r", "-z", "--full-tree", made.oid, "--", "worktree", "nested", "unmerged", "state", "log"
        ).out
        stands = {}
        for row in filter(None, listing.split(b"\0")):
            facts, _, path = row.partition(b"\t")
            stands[os.fsdecode(path)] = facts.split(b" ")[2].decode()
        for file in made.files:
            if file.place and file.kind != "staged" and stands.get(file.place) != file.oid:
                raise UndecidedError(f"{printable(file.path)} reads back differently from {made.ref}", "git fsck")
