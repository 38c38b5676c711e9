"""What there is to judge in a range: messages and differences.

Everything is read from objects by their ids. Differences are made blob by blob, so that no attribute of the change
(``-diff``, a driver, a text conversion) has a say in what a judge sees.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from ...git.attributes import generated
from ...git.diff import SUBMODULE, SYMLINK, Change
from ...git.repo import Repo
from ...model.errors import UndecidedError
from ...model.light import Literal, NamedTuple
from ...model.text import printable
from ...model.verdict import Transition
from . import risk

Form = Literal["text", "binary", "submodule", "large"]
LARGEST_BLOB = 4 << 20
# A judge reads UTF-8, and here and there a byte that is none as an escape. Prose of Western Europe in an old encoding
# is one such byte in twenty; what has more is in an alphabet that nobody reads as escapes, or is no text at all.
_MOST_ESCAPES = 10
# More lines than any change has.
_LATER = 1 << 40
# Each setting of the user or the repository that could change what is shown is overruled.
_DIFF = (
    "diff",
    "--no-ext-diff",
    "--no-textconv",
    "--text",
    "--no-color",
    "--no-renames",
    "--unified=3",
    "--inter-hunk-context=0",
    "--diff-algorithm=myers",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    f"-O{os.devnull}",
)


class File(NamedTuple):
    """One changed file. ``name`` is its path as judges see it, ``path`` as git has it; ``lines`` are the changed lines.

    ``rank`` orders by risk, the greatest first.
    """

    path: str
    name: str
    change: Change
    form: Form
    lines: int
    rank: tuple[int, int, str]


class Message(NamedTuple):
    """One commit's full id, and its message as judges see it."""

    oid: str
    text: str


def messages(repo: Repo, transition: Transition) -> tuple[Message, ...]:
    """Return the commit messages of the range, the oldest first. Raises UndecidedError."""
    since = [f"^{transition.base}"] if transition.base != repo.zero else []
    listed = repo.git.text("rev-list", "--topo-order", "--reverse", "--end-of-options", transition.head, *since, "--")
    return tuple(Message(oid, _message(repo, oid)) for oid in listed.split())


def files(repo: Repo, transition: Transition) -> tuple[File, ...]:
    """Return the files that differ between base and head, the riskiest first. Raises UndecidedError."""
    base = None if transition.base == repo.zero else transition.base
    changes = repo.changes(base, transition.head)
    marked = generated(repo, base, [change.new_path for change in changes]) if base else {}
    lines = _changed_lines(repo, base or repo.empty_tree, transition.head)
    return tuple(sorted((_file(repo, change, lines, marked) for change in changes), key=lambda file: file.rank))


def step(repo: Repo, change: Change) -> File:
    """Return a change that one commit of the range made, to be seen after the range's own files of its class.

    Its lines are not counted. Raises UndecidedError.
    """
    form = _form(repo, change)
    order = (_risk(change, form), _LATER, change.new_path)
    return File(change.new_path, name(change.new_path), change, form, 0, order)


def difference(repo: Repo, file: File) -> str:
    """Return the hunks of a text file, or in words what happened to another; nothing if only its name or mode changed.

    Raises UndecidedError.
    """
    change = file.change
    if file.form == "submodule":
        return f"submodule {change.old_oid or 'none'} -> {change.new_oid or 'none'}"
    if file.form != "text":
        return f"{file.form} file, {_size(repo, change.old_oid):,} -> {_size(repo, change.new_oid):,} bytes; not shown"
    if change.old_oid == change.new_oid:
        return ""
    if change.old_oid and change.new_oid:
        out = repo.git.run(*_DIFF, change.old_oid, change.new_oid).out
        return shown(out[out.find(b"\n@@ ") + 1 :])
    sign, oid = (b"+", change.new_oid) if change.new_oid else (b"-", change.old_oid)
    return shown(_whole(repo.objects.blob(oid) or b"", sign))


def shown(text: bytes) -> str:
    """Return ``text`` with everything escaped that cannot be seen, line breaks and tabs aside."""
    if text.isascii() and text.translate(None, b"\n\t").decode().isprintable() and b"##" not in text:
        return text.decode()
    return "\n".join("\t".join(map(printable, line.split(b"\t"))) for line in text.split(b"\n"))


def _message(repo: Repo, oid: str) -> str:
    found = repo.objects.read(oid)
    if found is None or found[0].type != "commit":
        raise UndecidedError(f"commit {oid} cannot be read", "git fsck")
    return shown(found[1].partition(b"\n\n")[2].rstrip(b"\n"))


def _file(repo: Repo, change: Change, lines: Mapping[str, int], marked: Mapping[str, str]) -> File:
    form = _form(repo, change)
    changed = lines.get(change.new_path, 0)
    order = (_risk(change, form, marked=change.new_path in marked), changed, change.new_path)
    return File(change.new_path, name(change.new_path), change, form, changed, order)


def name(path: str) -> str:
    """Return a path as judges see it."""
    return printable(os.fsencode(path))


def _risk(change: Change, form: Form, *, marked: bool = False) -> int:
    """Return the class of a change: what is moved away matters as much as where it comes to lie."""
    return min(risk.of(path, form, marked=marked) for path in (change.old_path, change.new_path))


def _form(repo: Repo, change: Change) -> Form:
    if SUBMODULE in (change.old_mode, change.new_mode):
        return "submodule"
    contents = list(_contents(repo, change))
    if None in contents:
        return "large"
    return "text" if all(map(_legible, filter(None, contents))) else "binary"


def _legible(content: bytes) -> bool:
    if content.isascii():
        return b"\0" not in content
    try:
        content.decode()
    except UnicodeDecodeError:
        foreign = len(content.translate(None, bytes(range(128))))
        return b"\0" not in content and foreign * _MOST_ESCAPES <= len(content)
    return b"\0" not in content


def _contents(repo: Repo, change: Change) -> Iterator[bytes | None]:
    for mode, oid in ((change.old_mode, change.old_oid), (change.new_mode, change.new_oid)):
        if oid:
            yield repo.objects.blob(oid, 4096 if mode == SYMLINK else LARGEST_BLOB)


def _size(repo: Repo, oid: str) -> int:
    found = repo.objects.read(oid, 0) if oid else None
    return found[0].size if found else 0


def _whole(content: bytes, sign: bytes) -> bytes:
    """Return the one hunk of a file that is new or gone."""
    lines = content.split(b"\n")
    last = lines.pop()
    if last:
        lines += [last, b""]
    end = b"\\ No newline at end of file" if last else b""
    count = len(lines) - bool(last)
    start = b"-0,0 +1,%d" % count if sign == b"+" else b"-1,%d +0,0" % count
    body = [sign + line for line in lines[:count]]
    return b"\n".join([b"@@ %s @@" % start, *body, end])


def _changed_lines(repo: Repo, base: str, head: str) -> dict[str, int]:
    """Return how many lines are added and taken away, by new path."""
    flags = ("-r", "--numstat", "-z", "--text", "-M50%", "-l1000", "--no-ext-diff", "--no-textconv")
    fields = iter(repo.git.run("diff-tree", *flags, "--end-of-options", base, head, "--").out.split(b"\0"))
    found: dict[str, int] = {}
    for field in fields:
        if field:
            added, gone, path = field.split(b"\t", 2)
            if not path:  # a rename: both names follow
                next(fields)
                path = next(fields)
            found[os.fsdecode(path)] = sum(int(number) for number in (added, gone) if number.isdigit())
    return found
