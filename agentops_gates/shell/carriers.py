"""Follows programs that run another one: what their own options are, and where the words of the other begin."""

from __future__ import annotations

from ..model.light import TYPE_CHECKING, NamedTuple
from .calls import Call, inside, told
from .frame import Frame
from .grammars import GRAMMARS, Grammar
from .value import UNKNOWN, Value
from .words import names

if TYPE_CHECKING:
    from .machine import Machine
    from .programs import Handler


# Where the words of another program are looked for behind options that nobody knows.
RUNS = frozenset(("git", "sh", "bash", "env", "sudo", "xargs"))


# These start a shell when they are told of no program.
_SHELLS = frozenset(("sudo", "doas", "chroot", "runuser", "unshare", "nsenter", "firejail"))


class Split(NamedTuple):
    """The words of a carrier: its options with their values, and where the other program begins."""

    options: tuple[tuple[str, Value | None], ...]
    begin: int
    sure: bool

    def given(self, *names: str) -> Value | None:
        """Return the value of the last of these options, None without."""
        return next((value for name, value in reversed(self.options) if name in names), None)

    def has(self, *names: str) -> bool:
        """Tell whether one of these options stands there."""
        return any(name in names for name, _ in self.options)


def split(argv: tuple[Value, ...], grammar: Grammar, start: int = 1) -> Split:
    """Tell the options of a carrier from what it runs. Past an unknown long option or a hole nothing is sure."""
    options: list[tuple[str, Value | None]] = []
    index, sure = start, True
    while index < len(argv):
        text = argv[index].text
        if text is None:
            if not argv[index].splits or index + 1 >= len(argv):
                break
            index, sure = index + 1, False
            continue
        if text[:1] != "-" or text in ("-", "--"):
            index += text == "--"
            break
        before = len(options)
        index = _option(argv, index + 1, text, grammar, options)
        sure = sure and _understood(text, options[before])
        if options[-1][0] in grammar.text:
            # What follows are words for that text.
            break
    return Split(tuple(options), index, sure)


def _understood(text: str, option: tuple[str, Value | None]) -> bool:
    return text[:2] != "--" or "=" in text or option[1] is not None


def _option(
    argv: tuple[Value, ...], index: int, text: str, grammar: Grammar, options: list[tuple[str, Value | None]]
) -> int:
    """Take one word of options; return where the next word is."""
    if text[:2] == "--":
        return _long(argv, index, grammar, options)
    for place, letter in enumerate(text[1:], 1):
        rest = text[place + 1 :]
        if letter not in grammar.letters:
            options.append((letter, None))
        elif rest:
            options.append((letter, argv[index - 1]._replace(pieces=(rest,))))
            break
        else:
            options.append((letter, _at(argv, index)))
            return index + 1
    return index


def _long(argv: tuple[Value, ...], index: int, grammar: Grammar, options: list[tuple[str, Value | None]]) -> int:
    name, sign, attached = argv[index - 1].prefix[2:].partition("=")
    full = next((known for known in grammar.names if known.startswith(name)), "")
    if sign:
        options.append((full or name, argv[index - 1]._replace(pieces=(attached,))))
        return index
    options.append((full or name, _at(argv, index) if full else None))
    return index + bool(full)


def _at(argv: tuple[Value, ...], index: int) -> Value | None:
    return argv[index] if index < len(argv) else None


def follow(machine: Machine, frame: Frame, call: Call, index: int, *, sure: bool = True) -> Value:
    """Follow the program whose words begin at ``index``."""
    from .simple import run

    name = call.name or ""
    if index >= len(call.argv):
        told(machine, frame, call)
        if name in _SHELLS and call.stdin.pieces != (None,):
            return machine.text(inside(frame, call._replace(via=(*call.via, name))), call.stdin, UNKNOWN)
        return UNKNOWN
    printed = run(machine, frame, call.rest(index, via=name))
    # An option that nobody knows may have taken a word, or a hole have been the last one before the program.
    for other in () if sure else range(1, len(call.argv) - 1):
        if other != index and call.argv[other].text is not None and call.rest(other).name in RUNS:
            run(machine, frame, call.rest(other, via=name))
            break
    return printed


def _carrier(machine: Machine, frame: Frame, call: Call) -> Value:
    grammar = GRAMMARS[call.name or ""]
    found = split(call.argv, grammar)
    call = call._replace(elsewhere=call.elsewhere or grammar.elsewhere)
    shell_text = found.given(*grammar.text)
    if shell_text is not None:
        return machine.text(inside(frame, call._replace(via=(*call.via, call.name or ""))), shell_text, call.stdin)
    begin = _verb(call, grammar, found.begin) if grammar.verbs else found.begin
    if begin < 0:
        told(machine, frame, call)
        return UNKNOWN
    begin += grammar.operands
    env = list(call.env)
    while grammar.assigns and begin < len(call.argv) and _assigns(call.argv[begin]):
        env.append(assigned(call.argv[begin]))
        begin += 1
    return follow(machine, frame, call._replace(env=tuple(env)), begin, sure=found.sure)


def _verb(call: Call, grammar: Grammar, index: int) -> int:
    """Return where the words behind the verb and its options begin, -1 without one of the verbs."""
    while index < len(call.argv) and call.argv[index].text in ("compose", "container", "tool"):
        index = split(call.argv, grammar, index + 1).begin
    if index >= len(call.argv) or call.argv[index].text not in grammar.verbs:
        return -1
    return split(call.argv, grammar, index + 1).begin


def _assigns(word: Value) -> bool:
    name, sign, _ = word.prefix.partition("=")
    return bool(sign) and name.replace(".", "_").isidentifier()


def assigned(word: Value) -> tuple[str, Value]:
    """Return name and value of a word ``name=value``."""
    name = word.prefix.partition("=")[0]
    return name, word._replace(pieces=((word.pieces[0] or "")[len(name) + 1 :], *word.pieces[1:]), splits=False)


def _command(machine: Machine, frame: Frame, call: Call) -> Value:
    """Follow ``command``, which with ``-v`` only tells where a program is."""
    from .value import joined, literal

    found = split(call.argv, Grammar())
    if found.has("v", "V"):
        words = call.argv[found.begin :]
        return joined([piece for one in words for piece in (one, literal("\n"))]) if words else UNKNOWN
    return follow(machine, frame, call, found.begin, sure=found.sure)


def _listed(machine: Machine, frame: Frame, call: Call) -> Value:
    from .listed import HANDLERS

    return HANDLERS[call.name or ""](machine, frame, call)


def _remote(machine: Machine, frame: Frame, call: Call) -> Value:
    from .remote import HANDLERS

    return HANDLERS[call.name or ""](machine, frame, call)


def _sideways(machine: Machine, frame: Frame, call: Call) -> Value:
    from .sideways import HANDLERS

    return HANDLERS[call.name or ""](machine, frame, call)


_SIDEWAYS = names(
    "vim vi nvim ex view gvim ed gdb lldb less sed gsed tar gtar bsdtar hyperfine concurrently npm-run-all run-p run-s"
    " make gmake cp mv ln install gcp gmv rsync expect crontab dd"
)
_WINDOWS = ("cmd", "powershell", "pwsh")
CARRIERS: dict[str, Handler] = {
    **dict.fromkeys(_SIDEWAYS, _sideways),
    **dict.fromkeys(GRAMMARS, _carrier),
    **dict.fromkeys(("xargs", "gxargs", "find", "gfind", "fd", "fdfind", "parallel", "env", "genv"), _listed),
    **dict.fromkeys(
        ("ssh", "watch", "script", "flock", "at", "batch", "tmux", "screen", "su", "kubectl", "oc", *_WINDOWS), _remote
    ),
    "command": _command,
}
