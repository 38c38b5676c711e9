"""Follows programs that put words together before they run another: ``xargs``, ``find``, ``parallel``, ``env``."""

from __future__ import annotations

from ..model.light import TYPE_CHECKING
from .ansi import decoded
from .calls import Call, inside, spoken, told
from .carriers import Split, assigned, follow, split
from .frame import Frame, lines_of, words_of
from .grammars import Grammar
from .value import UNKNOWN, Value, joined, literal

if TYPE_CHECKING:
    from .machine import Machine
    from .programs import Handler
    from .syntax import Word

_XARGS = Grammar("adEILnPsJRS", ("arg-file", "delimiter", "max-args", "max-procs", "max-chars", "process-slot-var"))
_ENV = Grammar("uCSaP", ("unset", "chdir", "split-string", "argv0"), text=("S", "split-string"))
_PARALLEL = Grammar(
    "jnNaIdCLSP", ("jobs", "max-args", "arg-file", "delay", "timeout", "joblog", "colsep", "tmpdir", "sshlogin")
)
_ROUNDS = 16
_QUOTES = str.maketrans("", "", "'\"\\")
_ACTIONS = frozenset(("-exec", "-execdir", "-ok", "-okdir"))


def _xargs(machine: Machine, frame: Frame, call: Call) -> Value:
    """Follow ``xargs``: words come in from its input, known ones where it is known."""
    from .simple import run

    found = split(call.argv, _XARGS)
    told(machine, frame, call)
    if found.begin >= len(call.argv):
        return UNKNOWN
    inner = call.rest(found.begin, via="xargs")._replace(stdin=UNKNOWN)
    words = _known(call, found)
    if found.has("I", "J", "i", "replace"):
        mark = found.given("I", "J", "replace") or literal("{}")
        for line in _each(call.stdin) if words is not None else [UNKNOWN]:
            run(machine, frame, inner._replace(argv=_replaced(inner.argv, mark.text or "{}", line)))
        return UNKNOWN
    more = words is None or found.has("n", "max-args", "L", "max-lines")
    return run(machine, frame, inner._replace(argv=(*inner.argv, *(words or ())), more=more))


def _each(stdin: Value) -> list[Value]:
    lines = lines_of(stdin)
    return lines if len(lines) <= _ROUNDS else [UNKNOWN]


def _known(call: Call, found: Split) -> list[Value] | None:
    """Return the words that come in, None if they are not known. Quotes are dropped, as xargs does."""
    text = call.stdin.text
    if text is None or len(text) > 4096 or found.has("a", "arg-file"):
        return None
    if not found.has("d", "delimiter", "0", "null"):
        return [literal(one) for one in text.translate(_QUOTES).split()]
    mark = found.given("d", "delimiter")
    between = "\0" if mark is None else decoded(mark.prefix, cut=False)
    return [literal(one) for one in text.split(between or "\n") if one]


def _replaced(argv: tuple[Value, ...], mark: str, by: Value) -> tuple[Value, ...]:
    found = []
    for word in argv:
        pieces: list[Value] = []
        for piece in word.pieces:
            if piece is None or mark not in piece:
                pieces.append(Value((piece,)))
                continue
            for number, text in enumerate(piece.split(mark)):
                pieces.extend([by, literal(text)] if number else [literal(text)])
        found.append(joined(pieces).at(word.start, word.end)._replace(splits=word.splits))
    return tuple(found)


def _find(machine: Machine, frame: Frame, call: Call) -> Value:
    """Follow what ``find`` runs for each file. It is told itself too: it can delete on its own."""
    told(machine, frame, call)
    argv = call.argv
    index = 1
    from .simple import run

    while index < len(argv):
        if argv[index].text not in _ACTIONS:
            index += 1
            continue
        end = next((n for n in range(index + 1, len(argv)) if argv[n].text in (";", "+")), len(argv))
        words = _replaced(argv[index + 1 : end], "{}", Value((None,)))
        if words:
            several = end < len(argv) and argv[end].text == "+"
            inner = call.rest(1, via="find")._replace(argv=words, more=several, stdin=UNKNOWN)
            run(machine, frame, inner._replace(cwd=UNKNOWN) if argv[index].text in ("-execdir", "-okdir") else inner)
        index = end + 1
    return UNKNOWN


def _fd(machine: Machine, frame: Frame, call: Call) -> Value:
    told(machine, frame, call)
    for index, word in enumerate(call.argv):
        if word.text in ("-x", "-X", "--exec", "--exec-batch") and index + 1 < len(call.argv):
            from .simple import run

            words = _replaced(call.argv[index + 1 :], "{}", Value((None,)))
            return run(machine, frame, call.rest(1, via="fd")._replace(argv=words, more=True, stdin=UNKNOWN))
    return UNKNOWN


def _parallel(machine: Machine, frame: Frame, call: Call) -> Value:
    """Follow the text that ``parallel`` makes of its words and of each that it puts in."""
    told(machine, frame, call)
    words = list(call.argv[split(call.argv, _PARALLEL).begin :])
    end = next((n for n, word in enumerate(words) if word.prefix.startswith(":::")), len(words))
    given, words = words[end + 1 :], words[:end]
    branch = inside(frame, call._replace(via=(*call.via, "parallel")))
    if not 0 < len(given) <= _ROUNDS:
        given = [UNKNOWN] if words else [call.stdin]
    marked = any("{" in word.prefix for word in words)
    for value in given:
        filled = _replaced(tuple(words), "{}", value)
        machine.text(branch, spoken(filled if marked else (*filled, value)).at(call.start, call.end), UNKNOWN)
    return UNKNOWN


def _env(machine: Machine, frame: Frame, call: Call) -> Value:
    """Follow ``env`` with its assignments, ``-i``, ``-u``, ``-C`` and ``-S``."""
    found = split(call.argv, _ENV)
    words = list(call.argv[found.begin :])
    line = found.given("S", "split-string")
    if line is not None:
        words = [literal("env"), *_line(line), *words]
        words = words[split(tuple(words), _ENV).begin :]
    cleared = call.cleared or found.has("i", "ignore-environment")
    if words and words[0].text == "-":
        words, cleared = words[1:], True
    if found.has("u", "unset"):
        told(machine, frame, call)
    env = [] if cleared else _without(call.env, found)
    while words and "=" in words[0].prefix:
        env.append(assigned(words.pop(0)))
    where = found.given("C", "chdir")
    call = call._replace(argv=(call.argv[0], *words), env=tuple(env), cleared=cleared, cwd=where or call.cwd)
    return follow(machine, frame, call, 1, sure=found.sure)


def _without(env: tuple[tuple[str, Value], ...], found: Split) -> list[tuple[str, Value]]:
    removed = [value.text for name, value in found.options if value is not None and name in ("u", "unset")]
    return [one for one in env if one[0] not in removed]


def _line(line: Value) -> list[Value]:
    """Return the words of ``env -S``: split at blanks, with quotes as in the shell."""
    from .lexer import ShellSyntaxError
    from .parse import parse
    from .syntax import Simple

    try:
        simple = parse(line.text or "").pipelines[0].commands[0]
    except (ShellSyntaxError, IndexError):
        return words_of(line)
    if not isinstance(simple, Simple) or simple.assignments or simple.redirects:
        return words_of(line)
    return [_plain(word, line) for word in simple.words]


def _plain(word: Word, line: Value) -> Value:
    from .syntax import Text

    pieces = [part.text if isinstance(part, Text) else None for part in word.parts]
    return Value(tuple(pieces) or ("",), line.start, line.end, None in pieces)


HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("xargs", "gxargs"), _xargs),
    **dict.fromkeys(("find", "gfind"), _find),
    **dict.fromkeys(("fd", "fdfind"), _fd),
    **dict.fromkeys(("env", "genv"), _env),
    "parallel": _parallel,
}
