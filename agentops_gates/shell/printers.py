"""What programs print that print what they are given."""

from __future__ import annotations

from ..model.light import TYPE_CHECKING
from .calls import Call, told
from .expand import bounded, joined_with
from .frame import Frame
from .value import UNKNOWN, Value, joined, literal

if TYPE_CHECKING:
    from .machine import Machine
    from .programs import Handler

_END = literal("\n")


def _echo(machine: Machine, frame: Frame, call: Call) -> Value:
    """Return the words. What a backslash in them means depends on the shell: then both readings stand there."""
    _writing(machine, frame, call)
    words = list(call.argv[1:])
    flags = ""
    while words and words[0].text is not None and _flags(words[0].text):
        flags += words.pop(0).text or ""
    found = joined_with([one._replace(splits=False) for one in words])
    read = _escaped(found)
    if read != found:
        found = read if "e" in flags else found if "E" in flags else joined((found, _END, read))
    return bounded(found if "n" in flags else joined((found, _END)))


def _flags(text: str) -> bool:
    return len(text) > 1 and text[0] == "-" and not text[1:].strip("neE")


def _escaped(found: Value) -> Value:
    from .ansi import decoded

    # In echo's own escapes an octal number begins with a zero more.
    pieces = [piece and decoded(piece.replace("\\0", "\\")) for piece in found.pieces]
    return found._replace(pieces=tuple(pieces))


def _writing(machine: Machine, frame: Frame, call: Call) -> None:
    """Tell of a program that only prints if it opens files for it, or runs for another program."""
    if call.writes or call.more:
        told(machine, frame, call)


def _printf(machine: Machine, frame: Frame, call: Call) -> Value:
    from .formats import formatted

    _writing(machine, frame, call)
    words = call.argv[1:]
    if words and words[0].text == "--":
        words = words[1:]
    return bounded(formatted(words[0], list(words[1:]))) if words else UNKNOWN


def _cat(machine: Machine, frame: Frame, call: Call) -> Value:
    """Return the files that are known, and what it reads where no file is named."""
    told(machine, frame, call)
    paths = [one for one in call.argv[1:] if one.prefix[:1] != "-" or one.text == "-"]
    if not paths and not call.more:
        return call.stdin
    found = [call.stdin if one.text == "-" else machine.read(frame, one) or UNKNOWN for one in paths]
    return bounded(joined(found))


def _which(machine: Machine, frame: Frame, call: Call) -> Value:
    names = [one for one in call.argv[1:] if one.prefix[:1] != "-"]
    told(machine, frame, call)
    return joined([piece for one in names for piece in (one, _END)]) if names else UNKNOWN


def _tee(machine: Machine, frame: Frame, call: Call) -> Value:
    """Return what it reads, and note it in the files."""
    append = any(one.text in ("-a", "--append") for one in call.argv[1:])
    writes = tuple((">>" if append else ">", one) for one in call.argv[1:] if one.prefix[:1] != "-")
    told(machine, frame, call._replace(writes=(*call.writes, *writes)))
    for _, path in writes:
        machine.write(frame, path, call.stdin, append=append)
    return call.stdin


def _decoder(machine: Machine, frame: Frame, call: Call) -> Value:
    from .decoders import decoded

    told(machine, frame, call)
    paths = [] if call.name == "tr" else [one for one in call.argv[1:] if one.prefix[:1] != "-"]
    content = machine.read(frame, paths[0]) if paths else call.stdin
    if content is None or content.text is None:
        return UNKNOWN
    found = decoded(call.name or "", [one.prefix for one in call.argv[1:]], content.text)
    return UNKNOWN if found is None else bounded(literal(found))


def _other(machine: Machine, frame: Frame, call: Call) -> Value:
    """Return what a filter prints of a single line: the line, or nothing."""
    told(machine, frame, call)
    text = call.stdin.text
    alone = (
        text is not None and text.count("\n") <= 1 and len(call.argv) == 1 and call.name not in ("uniq", "seq", "yes")
    )
    return call.stdin if alone else UNKNOWN


def _pwd(_machine: Machine, frame: Frame, _call: Call) -> Value:
    """Return where this is; from the place where the line was started, that is here."""
    return joined((frame.cwds[0] or literal("."), _END)) if len(frame.cwds) == 1 else UNKNOWN


def _mktemp(machine: Machine, frame: Frame, call: Call) -> Value:
    """Return a name of its own for each temporary file."""
    told(machine, frame, call)
    machine.pipes += 1
    return literal(f"/tmp/tmp.{machine.pipes}\n")  # noqa: S108 - nothing is opened


def _base(machine: Machine, frame: Frame, call: Call) -> Value:
    told(machine, frame, call)
    text = call.argv[1].text if len(call.argv) == 2 else None
    if text is None or call.more:
        return UNKNOWN
    bare = text.rstrip("/")
    head, _, last = bare.rpartition("/")
    return literal((last if call.name == "basename" else head or ".") + "\n")


def _git(machine: Machine, frame: Frame, call: Call) -> Value:
    """Return where a git directory is, if that is what is asked: its name is enough to know it by."""
    told(machine, frame, call)
    words = [one.text for one in call.argv[1:]]
    asked = words[-1] if words[:1] == ["rev-parse"] else None
    if asked == "--show-toplevel":
        return _top(machine, frame)
    return literal(".git\n") if asked in ("--git-dir", "--absolute-git-dir", "--git-common-dir") else UNKNOWN


def _top(machine: Machine, frame: Frame) -> Value:
    """Return the top of the work tree, as far as its files tell."""
    path = frame.cwds[0].text if len(frame.cwds) == 1 and frame.cwds[0] is not None else None
    while path and path.startswith("/"):
        if any(machine.read(frame, literal(f"{path}/.git{name}")) is not None for name in ("", "/HEAD")):
            return literal(f"{path}\n")
        path = path.rpartition("/")[0]
    return UNKNOWN


PRINTERS: dict[str, Handler] = {
    "git": _git,
    "echo": _echo,
    "printf": _printf,
    "cat": _cat,
    "which": _which,
    "tee": _tee,
    "pwd": _pwd,
    "mktemp": _mktemp,
    **dict.fromkeys(("base64", "rev", "tr", "xxd"), _decoder),
    **dict.fromkeys(("head", "tail", "sort", "uniq", "seq", "yes"), _other),
    **dict.fromkeys(("basename", "dirname"), _base),
}
