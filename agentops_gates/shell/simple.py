"""Follows simple commands: their words, what they are given, and who runs them."""

from __future__ import annotations

from ..model.light import TYPE_CHECKING
from .calls import Call, told
from .expand import field
from .frame import Frame, number
from .redirects import opened
from .syntax import Arithmetic, Assignment, Body, Parameter, Part, Simple
from .value import UNKNOWN, Value, joined, literal
from .words import cut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .frame import Entry
    from .machine import Machine

SILENT = literal("")
_COMBINATIONS = 16
_DECLARES = frozenset(("declare", "export", "local", "readonly", "typeset"))
# The commonest programs of which nothing more is known, before any table is loaded.
_PLAIN = frozenset(("git", "ls", "mkdir", "grep", "rg", "sed", "wc", "rm", "cp", "mv", "touch"))


def simple(machine: Machine, frame: Frame, command: Simple, stdin: Value) -> Value:
    """Follow a simple command, once for each of the values that its variables may have; return what it prints."""
    names = [name for name in _names(command) if len(frame.variables.get(name, ())) > 1]
    if not names:
        return _once(machine, frame, command, stdin)
    ends, printed = [], []
    for choice in _choices(frame, names):
        branch = frame.copy()
        branch.variables.update(choice)
        printed.append(_once(machine, branch, command, stdin))
        for name, only in choice.items():
            if branch.variables.get(name) == only:
                branch.variables[name] = frame.variables[name]
        ends.append(branch)
    frame.become(ends)
    distinct = list(dict.fromkeys(printed))
    return distinct[0] if len(distinct) == 1 else joined((UNKNOWN, *distinct, UNKNOWN))


def _choices(frame: Frame, names: list[str]) -> list[dict[str, tuple[Entry, ...]]]:
    found: list[dict[str, tuple[Entry, ...]]] = [{}]
    for name in dict.fromkeys(names):
        entries = frame.variables[name]
        if len(found) * len(entries) > _COMBINATIONS:
            entries = (UNKNOWN,)
        found = [{**one, name: (entry,)} for one in found for entry in entries]
    return found


def _names(command: Simple) -> list[str]:
    found: list[str] = []
    for word in command.words:
        _collect(word.parts, found)
    for assignment in command.assignments:
        for word in (*((assignment.value,) if assignment.value else ()), *(assignment.items or ())):
            _collect(word.parts, found)
    for redirect in command.redirects:
        _collect(redirect.target.parts, found)
    return found


def _collect(parts: tuple[Part, ...], found: list[str]) -> None:
    for part in parts:
        if isinstance(part, Parameter):
            found.append(part.name.partition("[")[0].lstrip("!"))
            if part.argument is not None:
                _collect(part.argument.parts, found)
        elif isinstance(part, Arithmetic | Body):
            _collect(part.parts, found)


def _once(machine: Machine, frame: Frame, command: Simple, stdin: Value) -> Value:
    argv = tuple(machine.words(frame, command.words))
    assigned = [(one, _assigned(machine, frame, one)) for one in command.assignments]
    streams = opened(machine, frame, command.redirects, stdin)
    call = Call(argv, (), streams.stdin, streams.writes, start=command.start, end=command.end)
    name = argv[0].text if argv else None
    if not command.words or name in _DECLARES:
        for one, entry in assigned:
            frame.set(_base(one), entry, export=name == "export")
    else:
        call = call._replace(env=tuple((one.name, entry) for one, entry in assigned if isinstance(entry, Value)))
    machine.reading = streams.stdin
    printed = run(machine, frame, call) if argv else _nothing(machine, frame, command, call)
    kept = streams.kept(machine, frame, printed)
    machine.starve()
    return kept


def _nothing(machine: Machine, frame: Frame, command: Simple, call: Call) -> Value:
    """Follow a command without a name: ``>file``, and ``<file``, which in a substitution is the file."""
    if call.writes:
        told(machine, frame, call._replace(argv=(literal(":", command.start, command.start),)))
    if command.words:
        return UNKNOWN
    return call.stdin if any(one.operator == "<" for one in command.redirects) else SILENT


def _base(assignment: Assignment) -> str:
    return assignment.name.partition("[")[0]


def _assigned(machine: Machine, frame: Frame, assignment: Assignment) -> Value | tuple[Value, ...]:
    """Return what a variable holds after an assignment."""
    before = frame.get(_base(assignment)) if assignment.append or assignment.subscript is not None else None
    if assignment.subscript is not None:
        return _item(machine, frame, assignment, before)
    if assignment.items is not None:
        return (*_items(before), *_listed(machine, frame, assignment))
    new = machine.value(frame, assignment.value)
    if before is None:
        return new
    first, *rest = _items(before) or (literal(""),)
    return joined((first, new)) if isinstance(before, Value) else (joined((first, new)), *rest)


def _listed(machine: Machine, frame: Frame, assignment: Assignment) -> Iterator[Value]:
    for word in assignment.items or ():
        for one in field(machine, frame, word):
            yield _bare(frame, _base(assignment), one)


def _items(entry: Entry) -> tuple[Value, ...]:
    if entry is None:
        return ()
    return (entry,) if isinstance(entry, Value) else entry


def _bare(frame: Frame, name: str, found: Value) -> Value:
    """Return an item without the ``[key]=`` before it, under which it is noted."""
    key, sign, _ = found.prefix.partition("]=")
    if not sign or key[:1] != "[":
        return found
    bare = cut(found, len(key) + 2)
    frame.variables[f"{name}{key}]"] = (bare,)
    return bare


def _item(machine: Machine, frame: Frame, assignment: Assignment, before: Entry) -> tuple[Value, ...] | Value:
    """Return the array that an assignment to one of its items makes; of a key that is no number nothing is known."""
    key = machine.value(frame, assignment.subscript).text or ""
    index = number(key)
    new = machine.value(frame, assignment.value)
    frame.variables[f"{_base(assignment)}[{key}]"] = (new,)
    items = [] if before is UNKNOWN else list(_items(before))
    if index is None or not 0 <= index <= len(items):
        return UNKNOWN if items else (new,)
    items[index : index + 1] = [new]
    return tuple(items)


def run(machine: Machine, frame: Frame, call: Call) -> Value:
    """Follow a call to the program that it runs; return what that prints."""
    machine.step()
    text = call.argv[0].text
    if not call.plain and text is not None:
        if text in frame.functions:
            return _function(machine, frame, call, text)
        if text in frame.aliases:
            return _alias(machine, frame, call, text)
    name = call.name
    if name is None or (name in _PLAIN and not _followed(machine, call)):
        told(machine, frame, call)
        return UNKNOWN
    from .programs import handler

    found = handler(name)
    if found is None:
        return _file(machine, frame, call)
    return found(machine, frame, call)


def _followed(machine: Machine, call: Call) -> bool:
    """Tell whether a plain program has something to follow all the same."""
    if call.name == "git":
        # What it prints is followed: it is the way to the hooks for whoever wants to remove them.
        return len(call.argv) > 2 and call.argv[1].text == "rev-parse"
    if call.name in ("cp", "mv"):
        return bool(machine.files) or any("git" in one.suffix for one in call.argv[1:])
    return call.name == "sed" and any("e" in one.prefix for one in call.argv[1:])


def _function(machine: Machine, frame: Frame, call: Call, name: str) -> Value:
    machine.depth += 1
    if machine.depth > machine.state.depth:
        machine.depth -= 1
        machine.doubt("a function that calls itself too often", call.start, call.end, of=machine.whole)
        return UNKNOWN
    before, frame.positional = frame.positional, call.argv[1:]
    if any(one.splits for one in call.argv) or call.more:
        frame.positional = None
    saved = {one: frame.variables.get(one) for one, _ in call.env}
    for one, entry in call.env:
        frame.set(one, entry, export=True)
    printed = machine.script(frame, frame.functions[name], call.stdin)
    for one, entries in saved.items():
        frame.exported -= {one}
        if entries is None:
            frame.variables.pop(one, None)
        else:
            frame.variables[one] = entries
    frame.positional = before
    machine.depth -= 1
    return printed


def _alias(machine: Machine, frame: Frame, call: Call, name: str) -> Value:
    """Follow an alias of the shell: its text, with the words behind it."""
    text = frame.aliases[name]
    branch = frame.copy()
    branch.aliases.pop(name)
    branch.variables["__words__"] = (call.argv[1:],)
    for one, entry in call.env:
        branch.set(one, entry, export=True)
    whole = joined((text, literal(' "${__words__[@]}"')))
    return machine.text(branch, whole.at(call.start, call.end), call.stdin)


def _file(machine: Machine, frame: Frame, call: Call) -> Value:
    """Tell of a program that nothing is known of; a file that this line wrote is followed as the script that it is."""
    told(machine, frame, call)
    if "/" in (call.argv[0].text or ""):
        from .shells import script_file

        return script_file(machine, frame, call)
    return UNKNOWN
