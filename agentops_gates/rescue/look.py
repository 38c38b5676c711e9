"""What in a work tree is not what the index says, and what the index does not know: by git's own reckoning.

Everything is asked of a copy of the index, so that neither its lock nor a change in between matters. The copy has the
time of the original: by that git knows which entries are too young to be trusted.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping

from ..git.repo import Repo
from ..model.digest import sha1, sha256
from ..model.errors import UndecidedError
from ..model.light import NamedTuple
from ..model.text import printable
from .content import Kind, Wanted

_GITLINK = b"160000"
_SETTINGS = ("-c", "core.splitIndex=false", "-c", "core.untrackedCache=false", "-c", "index.sparse=false")
_EMPTY = tuple(made(b"blob 0\0").hexdigest() for made in (sha1, sha256))
_CLOSED = b"warning: could not open directory '"
_OFF = (("clean", ""), ("process", ""), ("required", "false"))


class Entry(NamedTuple):
    """An entry of the index that is not simply there: git's letter for it, mode, id, stage and path."""

    letter: str
    mode: int
    oid: str
    stage: int
    path: bytes


class Index:
    """A copy of the index of ``repo`` at ``path``; ``objects`` are variables that say where its trees are written.

    Raises UndecidedError, as everything here does, when git or the file system cannot answer.
    """

    def __init__(self, repo: Repo, path: str, borrowed: dict[str, str]) -> None:
        self._repo = repo
        args = ("config", "--null", "--name-only", "--get-regexp", r"^(filter\.|extensions\.partialclone$)")
        keys = os.fsdecode(repo.git.run(*args, ok=(0, 1)).out).split("\0")
        self._env = {**borrowed, "GIT_INDEX_FILE": path, **_unfiltered(keys)}
        # A partial clone may miss what nobody changed here.
        self._missing = ("--missing-ok",) if "extensions.partialclone" in keys else ()
        self._path = path
        #: Folders that git could not look into.
        self.closed: dict[str, None] = {}
        self._copy(repo.git.env.get("GIT_INDEX_FILE") or os.path.join(repo.git_dir, "index"))
        #: Entries with a letter or a mode of their own: unmerged, flagged, and other repositories.
        self.special = tuple(self._special())

    def _copy(self, source: str) -> None:
        try:
            with open(source, "rb") as file:
                found = os.fstat(file.fileno())
                with open(self._path, "wb") as copy:
                    copy.write(file.read())
            os.utime(self._path, ns=(found.st_mtime_ns, found.st_mtime_ns))
        except FileNotFoundError:
            return
        except OSError as error:
            raise UndecidedError(f"cannot read {printable(source)}: {error.strerror}") from error

    def _ask(self, *args: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
        done = self._repo.git.run(*_SETTINGS, *args, stdin=stdin, env={**self._env, **(env or {})})
        lines = (line for line in done.err.split(b"\n") if line.startswith(_CLOSED))
        self.closed |= dict.fromkeys(os.fsdecode(line.removeprefix(_CLOSED).rpartition(b"'")[0]) for line in lines)
        return done.out

    def _special(self) -> Iterator[Entry]:
        for row in self._ask("ls-files", "-s", "-v", "-z").split(b"\0"):
            # Nearly all of them are plain ones, "H 100644 <id> 0\t<path>".
            if not row or (row[:2] == b"H " and row[2:8] != _GITLINK):
                continue
            facts, _, path = row.partition(b"\t")
            letter, mode, oid, stage = facts.split(b" ")
            yield Entry(letter.decode(), int(mode, 8), oid.decode(), int(stage), path)

    @property
    def unmerged(self) -> tuple[Entry, ...]:
        """The stages of conflicts."""
        return tuple(entry for entry in self.special if entry.stage)

    @property
    def links(self) -> tuple[bytes, ...]:
        """The paths of submodules."""
        return tuple(dict.fromkeys(entry.path for entry in self.special if entry.mode == 0o160000))

    def tree(self) -> str:
        """Write the tree of what is staged, conflicts left out, and return its id."""
        index = self._merged() if self.unmerged else self._path
        return self._ask("write-tree", *self._missing, env={"GIT_INDEX_FILE": index}).decode().strip()

    def _merged(self) -> str:
        """Make an index without the conflicts, which can be written as a tree, and return its path."""
        rows = self._ask("ls-files", "-s", "-z").split(b"\0")
        plain = [row + b"\0" for row in rows if row.partition(b"\t")[0].endswith(b" 0")]
        path = f"{self._path}.merged"
        self._ask("update-index", "-z", "--index-info", stdin=b"".join(plain), env={"GIT_INDEX_FILE": path})
        return path

    def changed(self) -> Iterator[Wanted]:
        """Yield tracked files that may differ from the index, also where git was told to assume that they do not."""
        seen = set()
        fields = iter(
            self._ask("diff-files", "--raw", "-z", "--no-abbrev", "--no-renames", "--ignore-submodules=all").split(
                b"\0"
            )
        )
        for head in filter(None, fields):
            old, _, oid, _, status = head.removeprefix(b":").split(b" ")
            path = next(fields)
            if path in seen or old == _GITLINK:
                continue
            seen.add(path)
            merged = status != b"U"
            kind: Kind = "deleted" if status == b"D" else "changed"
            yield Wanted(path, kind, int(old, 8) if merged else 0, oid.decode() if merged else "")
        yield from (self._overlooked(entry) for entry in self._flagged() if entry.path not in seen)

    def _overlooked(self, entry: Entry) -> Wanted:
        if not self._there(entry.path):
            return Wanted(entry.path, "deleted", entry.mode, entry.oid)
        # One that was only announced (add -N) looks like an empty file, and no tree holds it.
        known = (0, "") if entry.oid in _EMPTY else (entry.mode, entry.oid)
        return Wanted(entry.path, "changed", *known)

    def _flagged(self) -> Iterator[Entry]:
        """Yield entries at whose files git does not look: assume-unchanged and skip-worktree."""
        for entry in self.special:
            if entry.stage or entry.mode == 0o160000:
                continue
            # What a sparse checkout leaves out ("S") is not deleted.
            if entry.letter == "h" or (entry.letter in "Ss" and self._there(entry.path)):
                yield entry

    def _there(self, path: bytes) -> bool:
        top = os.fsencode(self._repo.toplevel)
        place = os.path.join(top, path)
        # Beyond a link stands another file, which git would not touch either.
        folder = os.path.dirname(place)
        return os.path.lexists(place) and os.path.realpath(folder) == os.path.join(
            os.path.realpath(top), os.path.dirname(path)
        ).rstrip(b"/")

    def untracked(self) -> list[bytes]:
        """Return files that are neither in the index nor ignored; other repositories end in a slash."""
        return self._others("--exclude-standard")

    def ignored(self, *, folders: bool) -> list[bytes]:
        """Return ignored files; with ``folders``, only the folder where all of it is ignored."""
        return self._others("-i", "--exclude-standard", *(("--directory",) if folders else ()))

    def untracked_folders(self) -> list[bytes]:
        """Return the folders in which nothing is tracked, and which are not ignored, empty ones included."""
        return [path for path in self._others("--exclude-standard", "--directory") if path.endswith(b"/")]

    def _others(self, *options: str) -> list[bytes]:
        return [path for path in self._ask("ls-files", "-o", "-z", *options).split(b"\0") if path]


def _unfiltered(keys: Iterable[str]) -> dict[str, str]:
    """Return variables that switch off every filter among these keys of the configuration.

    Git reads files again that are as young as the index, and would run the configuration's programs over them.
    """
    drivers = dict.fromkeys(key.rpartition(".")[0] for key in keys if key.startswith("filter.") and key.count(".") > 1)
    pairs = [(f"{driver}.{name}", value) for driver in drivers for name, value in _OFF]
    settings = {"GIT_CONFIG_COUNT": str(len(pairs))}
    for number, (key, value) in enumerate(pairs):
        settings |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return settings
