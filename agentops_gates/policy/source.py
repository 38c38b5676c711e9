"""Where the policy stands in a tree, and how its text becomes a document."""

from __future__ import annotations

from collections.abc import Mapping

from ..git.repo import Repo
from ..git.tree import tree_entry
from ..model.errors import UndecidedError, UsageError
from ..model.light import Any, NamedTuple
from ..model.text import printable

OWN = "agentops-gates.toml"
SHARED = "pyproject.toml"
TABLE = "agentops-gates"
# A policy is a page of text. The parser is quadratic in places, and the head's file is written by whoever is judged.
OWN_LIMIT = 64 * 1024
SHARED_LIMIT = 1024 * 1024
_REGULAR = (0o100644, 0o100755)
_CHECK = (
    "correct it in a change of its own (agentops-gate config validate lists what is wrong in the work tree): while the "
    "base holds it, only that one is judged, by the built-in defaults"
)


class Source(NamedTuple):
    """A file that may hold the policy: path, place (``commit 0123456789ab``, or empty) and bytes.

    ``section`` is the TOML table that the policy stands in, empty for a file of its own.
    """

    path: str
    place: str
    data: bytes
    section: str = ""

    @property
    def text(self) -> str:
        """The content as text, less the byte order mark that tomllib does not know; UsageError if not UTF-8."""
        try:
            return self.data.decode("utf-8").removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            line = self.data.count(b"\n", 0, error.start) + 1
            raise UsageError(f"{self.at(line)}: not UTF-8: byte 0x{self.data[error.start]:02x}", self.fix) from error

    @property
    def fix(self) -> str:
        """What to do about an error in this file; empty if it is the very file that is being checked."""
        return _CHECK if self.place else ""

    def at(self, line: int | None) -> str:
        """Return what an error message starts with: file, line and place."""
        where = printable(self.path) + (f":{line}" if line else "")
        return f"{where} ({self.place})" if self.place else where


class Entries(NamedTuple):
    """Ids of the two blobs that may hold the policy (empty: no such file); ``linked``: the second is no file."""

    own: str
    shared: str
    linked: bool = False


def entries(repo: Repo, treeish: str | None) -> Entries:
    """Return the ids of the files that may hold the policy of a tree, or of the index (None), without reading them.

    Raises UsageError if the policy's own file is a symbolic link or anything but a file, UndecidedError if it is
    unmerged.
    """
    own, shared = (_entry(repo, treeish, path) for path in (OWN, SHARED))
    if own and own[0] not in _REGULAR:
        raise UsageError(f"{Source(OWN, place(treeish), b'').at(None)} is not a regular file", "make it one")
    if shared and shared[0] not in _REGULAR:
        return Entries(own[1] if own else "", "", linked=True)
    return Entries(own[1] if own else "", shared[1] if shared else "")


def read(repo: Repo, treeish: str | None, found: Entries) -> tuple[Source | None, Source | None]:
    """Return the two files of ``found`` with their content; None for one that is not there or cannot hold a policy."""
    own = shared = None
    where = place(treeish)
    if found.own:
        own = own_file(repo.objects.blob(found.own, OWN_LIMIT), where)
    if found.shared:
        shared = shared_file(repo.objects.blob(found.shared, SHARED_LIMIT), where)
    return own, shared


def own_file(data: bytes | None, where: str = "", path: str = OWN) -> Source:
    """Return the policy's own file; ``data`` is None when it is too large, which raises UsageError."""
    return Source(path, where, _sized(path, OWN_LIMIT, data, where))


def shared_file(data: bytes | None, where: str = "", path: str = SHARED) -> Source | None:
    """Return ``pyproject.toml`` if its bytes can hold our table: if they cannot, its faults are not ours."""
    data = _sized(path, SHARED_LIMIT, data, where)
    return Source(path, where, data, f"tool.{TABLE}") if TABLE.encode() in data else None


def place(treeish: str | None) -> str:
    """Return the words for a tree in a message: its first 12 digits, or the index."""
    return "the index" if treeish is None else f"commit {treeish[:12]}"


def _entry(repo: Repo, treeish: str | None, path: str) -> tuple[int, str] | None:
    if treeish is not None:
        return tree_entry(repo.objects, f"{treeish}^{{tree}}", path)
    row = repo.git.run("ls-files", "-s", "-z", "--", path).out.split(b"\0")[0]
    if not row:
        return None
    fields, _, name = row.partition(b"\t")
    mode, oid, stage = fields.split()
    if stage != b"0":
        raise UndecidedError(f"{path} is unmerged in the index", f"resolve it, then: git add {path}")
    # A folder of that name is listed by what it holds.
    return (int(mode, 8) if name == path.encode() else 0, oid.decode())


def _sized(path: str, limit: int, data: bytes | None, where: str) -> bytes:
    if data is None:
        raise UsageError(f"{Source(path, where, b'').at(None)} is larger than {limit:,} bytes", "shorten it")
    return data


def document(own: Source | None, shared: Source | None) -> tuple[Source | None, Mapping[str, Any]]:
    """Return the file that holds the policy and its table; ``(None, {})`` where there is none.

    Raises UsageError when both hold one, and for text that is not UTF-8 or not TOML.
    """
    table = _table(shared) if shared else None
    if own and shared and table is not None:
        raise UsageError(
            f"both {OWN} and [tool.{TABLE}] in {SHARED} hold a policy" + (f" ({own.place})" if own.place else ""),
            "keep one of them",
        )
    if own:
        return own, parse(own)
    if shared and table is not None:
        return shared, table
    return None, {}


def parse(source: Source) -> dict[str, Any]:
    """Return the TOML document in ``source``; UsageError names the line that is wrong."""
    import tomllib

    text = source.text
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        line, reason = _reason(error, text)
        raise UsageError(f"{source.at(line)}: not valid TOML: {reason}", source.fix) from error


def _table(source: Source) -> Mapping[str, Any] | None:
    tool = parse(source).get("tool", {})
    table = tool.get(TABLE) if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise UsageError(f"{source.at(None)}: [tool.{TABLE}] must be a table", source.fix)
    return table


def _reason(error: Exception, text: str) -> tuple[int | None, str]:
    """Split tomllib's ``What (at line 3, column 5)`` into the line and the words."""
    if isinstance(error, RecursionError):
        return None, "nested too deeply"
    words, _, position = str(error).rpartition(" (at ")
    if position.startswith("line "):
        return int(position[5:].partition(",")[0]), printable(words)
    if position.startswith("end of document"):
        return text.count("\n") + 1, printable(words)
    return None, printable(str(error))
