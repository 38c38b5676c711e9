"""Follows programs that can run a command on the side (editors, archivers, make), and those that copy files."""

from __future__ import annotations

from ..model.light import TYPE_CHECKING
from .calls import Call, inside, told
from .frame import Frame
from .value import UNKNOWN, Value, literal

if TYPE_CHECKING:
    from .machine import Machine
    from .programs import Handler

# What a copy of git, or a link to it, does when it is run.
_GIT = 'exec git "$@"\n'
_TAR = ("--checkpoint-action=exec=", "--to-command=", "--use-compress-program=", "--rsh-command=", "--info-script=")
_INPUT = ("-", "/dev/stdin", "/dev/fd/0")
_MAKEFILES = ("GNUmakefile", "makefile", "Makefile")


def _run(machine: Machine, frame: Frame, call: Call, text: str | None) -> None:
    if text:
        branch = inside(frame, call._replace(via=(*call.via, call.name or "")))
        machine.text(branch, literal(text, call.start, call.end), UNKNOWN)


def _behind(call: Call, *options: str) -> list[str]:
    """Return the words behind these options, attached or not."""
    found = []
    for index, word in enumerate(call.argv[1:], 1):
        if word.text in options and index + 1 < len(call.argv):
            found.append(call.argv[index + 1].text or "")
        found.extend(word.prefix[len(one) + 1 :] for one in options if word.prefix.startswith(f"{one}="))
    return found


def _editor(machine: Machine, frame: Frame, call: Call) -> Value:
    told(machine, frame, call)
    lines = [*_behind(call, "-c", "--cmd", "-ex"), *(one.prefix[1:] for one in call.argv[1:] if one.prefix[:1] == "+")]
    for line in (*lines, *(call.stdin.text or "").split("\n")):
        _run(machine, frame, call, line.partition("!")[2])
        _run(machine, frame, call, line[6:] if line.startswith("shell ") else "")
    return UNKNOWN


def _sed(machine: Machine, frame: Frame, call: Call) -> Value:
    """Follow the ``e`` of GNU sed: as a command, and behind a replacement."""
    told(machine, frame, call)
    for word in call.argv[1:]:
        for piece in (word.text or "").replace(";", "\n").split("\n"):
            bare = piece.strip().lstrip("0123456789,$ ")
            fields = bare.split(bare[1:2]) if bare[:1] == "s" and len(bare) > 1 else []
            if bare.startswith("e "):
                _run(machine, frame, call, bare[2:])
            elif len(fields) > 3 and "e" in fields[3]:
                _run(machine, frame, call, fields[2])
    return UNKNOWN


def _tar(machine: Machine, frame: Frame, call: Call) -> Value:
    told(machine, frame, call)
    texts = [word.prefix[len(one) :] for word in call.argv[1:] for one in _TAR if word.prefix.startswith(one)]
    for text in (*texts, *_behind(call, "-I", "--checkpoint-action", "--to-command", "--use-compress-program", "-F")):
        _run(machine, frame, call, text.removeprefix("exec="))
    return UNKNOWN


def _rsync(machine: Machine, frame: Frame, call: Call) -> Value:
    told(machine, frame, call)
    for text in _behind(call, "-e", "--rsh"):
        _run(machine, frame, call, text)
    return UNKNOWN


def _each(machine: Machine, frame: Frame, call: Call) -> Value:
    told(machine, frame, call)
    for word in call.argv[1:]:
        _run(machine, frame, call, word.text if word.prefix[:1] != "-" and " " in word.prefix else "")
    return UNKNOWN


def _expect(machine: Machine, frame: Frame, call: Call) -> Value:
    told(machine, frame, call)
    for text in (*_behind(call, "-c"), call.stdin.text or ""):
        for line in text.replace(";", "\n").split("\n"):
            head, _, rest = line.strip().partition(" ")
            _run(machine, frame, call, rest if head in ("spawn", "exec", "system") else "")
    return UNKNOWN


def _crontab(machine: Machine, frame: Frame, call: Call) -> Value:
    told(machine, frame, call)
    for line in (call.stdin.text or "").split("\n"):
        fields = line.split(None, 1 if line.startswith("@") else 5)
        _run(machine, frame, call, fields[-1] if len(fields) in (2, 6) else "")
    return UNKNOWN


def _make(machine: Machine, frame: Frame, call: Call) -> Value:
    """Follow the recipes of a makefile that this line writes or gives."""
    told(machine, frame, call)
    named = _behind(call, "-f", "--file", "--makefile")
    for name in named or _MAKEFILES:
        path = literal(name)
        known = call.stdin if name in _INPUT else machine.read(frame, path) if machine.wrote(frame, path) else None
        for line in ((known.text if known is not None else None) or "").split("\n"):
            _run(machine, frame, call, line.strip("\t @-+").replace("$$", "$") if line[:1] == "\t" else "")
    for text in _behind(call, "--eval"):
        _run(machine, frame, call, text.rpartition(";")[2])
    return UNKNOWN


def _copy(machine: Machine, frame: Frame, call: Call) -> Value:
    """Note what a copy, a link or another name of a file holds."""
    told(machine, frame, call)
    paths = [one for one in call.argv[1:] if one.prefix[:1] != "-"]
    if len(paths) < 2:
        return UNKNOWN
    source, target = paths[-2:]
    if (source.text or "").rsplit("/", 1)[-1] in ("git", "git.exe"):
        machine.write(frame, target, literal(_GIT), append=False)
    elif source.text in ("/dev/stdin", "/dev/fd/0"):
        machine.write(frame, target, call.stdin, append=False)
    elif machine.wrote(frame, source):
        machine.write(frame, target, machine.read(frame, source) or UNKNOWN, append=False)
    return UNKNOWN


def _dd(machine: Machine, frame: Frame, call: Call) -> Value:
    told(machine, frame, call)
    for word in call.argv[1:]:
        if word.prefix.startswith("of="):
            path = word._replace(pieces=((word.pieces[0] or "")[3:], *word.pieces[1:]))
            machine.write(frame, path, call.stdin, append=False)
    return UNKNOWN


HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("vim", "vi", "nvim", "ex", "view", "gvim", "ed", "gdb", "lldb", "less"), _editor),
    **dict.fromkeys(("sed", "gsed"), _sed),
    **dict.fromkeys(("tar", "gtar", "bsdtar"), _tar),
    **dict.fromkeys(("hyperfine", "concurrently", "npm-run-all", "run-p", "run-s"), _each),
    **dict.fromkeys(("make", "gmake"), _make),
    **dict.fromkeys(("cp", "mv", "ln", "install", "gcp", "gmv"), _copy),
    "rsync": _rsync,
    "expect": _expect,
    "crontab": _crontab,
    "dd": _dd,
}
