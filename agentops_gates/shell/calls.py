"""A command with all that is known of it, on its way through wrappers to the program that runs in the end."""

from __future__ import annotations

from ..model.light import TYPE_CHECKING, NamedTuple
from .command import Command
from .frame import Frame
from .value import UNKNOWN, Value, literal

if TYPE_CHECKING:
    from .machine import Machine


class Call(NamedTuple):
    """What ``Command`` holds, before the shell's own variables are added. ``plain`` skips functions and aliases."""

    argv: tuple[Value, ...]
    env: tuple[tuple[str, Value], ...] = ()
    stdin: Value = UNKNOWN
    writes: tuple[tuple[str, Value], ...] = ()
    more: bool = False
    via: tuple[str, ...] = ()
    elsewhere: bool = False
    cleared: bool = False
    cwd: Value | None = None
    plain: bool = False
    start: int = 0
    end: int = 0

    @property
    def name(self) -> str | None:
        """The program's name without its directory, None if it is not known."""
        text = self.argv[0].text if self.argv else ""
        return None if text is None else program(text)

    def rest(self, index: int, *, via: str = "") -> Call:
        """Return the call that the words from ``index`` on are."""
        return self._replace(argv=self.argv[index:], via=(*self.via, via) if via else self.via, plain=True)


def program(text: str) -> str:
    """Return the name of a program, without its directory and a suffix that Windows wants."""
    name = text.rsplit("/", 1)[-1].rsplit("\\", 1)[-1]
    return name[:-4].lower() if name[-4:].lower() == ".exe" else name


def told(machine: Machine, frame: Frame, call: Call) -> None:
    """Note that the program of ``call`` may run, once for each directory that it may run in."""
    if not call.argv:
        return
    env = call.env if call.cleared else (*frame.environment(), *call.env)
    via = (*frame.via, *call.via)
    for cwd in frame.cwds:
        where = cwd if call.cwd is None else _below(cwd, call.cwd)
        stdin = None if call.stdin.pieces == (None,) else call.stdin
        elsewhere = call.elsewhere or frame.elsewhere
        place = (call.start, call.end)
        machine.found.append(Command(call.argv, env, where, stdin, call.writes, call.more, via, elsewhere, *place))


def _below(cwd: Value | None, target: Value) -> Value:
    from .frame import below

    return below(cwd, target)


def inside(frame: Frame, call: Call) -> Frame:
    """Return the frame of a shell that ``call`` starts."""
    made = frame.copy()
    made.via = (*frame.via, *call.via)
    made.elsewhere = frame.elsewhere or call.elsewhere
    made.aliases, made.functions = {}, {}
    made.positional = ()
    made.allexport = False
    kept = () if call.cleared else frame.exported
    # A variable that is not exported is not known to another shell.
    made.variables = {name: entry for name, entry in frame.variables.items() if name in kept}
    made.exported = frozenset(kept)
    for name, value in call.env:
        made.set(name, value, export=True)
    if call.cwd is not None:
        made.directory(call.cwd)
    return made


def spoken(values: tuple[Value, ...]) -> Value:
    """Return words joined by blanks, as the text that a shell is given."""
    from .expand import joined_with

    found = joined_with(list(values))
    start = min((value.start for value in values), default=0)
    return found.at(start, max((value.end for value in values), default=0)) if values else literal("")
