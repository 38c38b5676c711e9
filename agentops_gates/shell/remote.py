"""Follows programs that are given shell text: on another machine, in a terminal, later."""

from __future__ import annotations

from ..model.light import TYPE_CHECKING
from .calls import Call, inside, spoken, told
from .carriers import RUNS, follow, split
from .frame import Frame
from .grammars import Grammar
from .value import UNKNOWN, Value
from .words import cut

if TYPE_CHECKING:
    from .machine import Machine
    from .programs import Handler

_SSH = Grammar("BbcDEeFIiJLlmOopQRSWw")
_WATCH = Grammar("nqs", ("interval", "equexit", "shotsdir"))
_SCRIPT = Grammar("cmIOBTEot", ("command", "log-in", "log-out", "log-io", "log-timing", "echo", "output-limit"))
_KUBECTL = Grammar("cnf", ("container", "namespace", "context", "kubeconfig", "filename"))
_FLOCK = Grammar("cwE", ("command", "timeout", "wait", "conflict-exit-code"))


def _follow(machine: Machine, frame: Frame, call: Call, text: Value, *, elsewhere: bool = False) -> Value:
    via = (*call.via, call.name or "")
    branch = inside(frame, call._replace(via=via, elsewhere=call.elsewhere or elsewhere))
    return machine.text(branch, text if text.end else text.at(call.start, call.end), call.stdin)


def _ssh(machine: Machine, frame: Frame, call: Call) -> Value:
    told(machine, frame, call)
    found = split(call.argv, _SSH)
    for name, value in found.options:
        if name == "o" and value is not None and value.prefix.lower().startswith(("proxycommand", "localcommand")):
            _follow(machine, frame, call, cut(value, len("proxycommand=")))
    words = call.argv[found.begin + 1 :]
    if words[:1] and words[0].text == "--":
        words = words[1:]
    text = spoken(words) if words else call.stdin
    return UNKNOWN if text.pieces == (None,) else _follow(machine, frame, call, text, elsewhere=True)


def _watch(machine: Machine, frame: Frame, call: Call) -> Value:
    found = split(call.argv, _WATCH)
    if found.has("x", "exec"):
        return follow(machine, frame, call, found.begin)
    return _follow(machine, frame, call, spoken(call.argv[found.begin :]))


def _script(machine: Machine, frame: Frame, call: Call) -> Value:
    """Follow ``script -c text file`` of Linux, and ``script file command`` of other systems."""
    told(machine, frame, call)
    found = split(call.argv, _SCRIPT)
    text = found.given("c", "command")
    if text is not None:
        return _follow(machine, frame, call, text)
    if found.begin + 1 < len(call.argv):
        return follow(machine, frame, call, found.begin + 1)
    return UNKNOWN if call.stdin.pieces == (None,) else _follow(machine, frame, call, call.stdin)


def _flock(machine: Machine, frame: Frame, call: Call) -> Value:
    found = split(call.argv, _FLOCK)
    text = found.given("c", "command")
    if text is None and len(call.argv) > found.begin + 2 and call.argv[found.begin + 1].text in ("-c", "--command"):
        text = call.argv[found.begin + 2]
    return follow(machine, frame, call, found.begin + 1) if text is None else _follow(machine, frame, call, text)


def _at(machine: Machine, frame: Frame, call: Call) -> Value:
    told(machine, frame, call)
    return UNKNOWN if call.stdin.pieces == (None,) else _follow(machine, frame, call, call.stdin)


def _terminal(machine: Machine, frame: Frame, call: Call) -> Value:
    """Follow each word of ``tmux`` and ``screen`` that is text for a shell: one with a blank in it, or what follows."""
    told(machine, frame, call)
    for word in call.argv[1:]:
        text = word.text or ""
        if " " in text.strip() and text[:1] != "-":
            _follow(machine, frame, call, word)
    start = next((n for n in range(1, len(call.argv)) if call.argv[n].text in RUNS), 0)
    if start:
        words = tuple(word for word in call.argv[start:] if word.text not in ("Enter", "C-m", "ENTER"))
        follow(machine, frame, call._replace(argv=(call.argv[0], *words)), 1)
    return UNKNOWN


def _su(machine: Machine, frame: Frame, call: Call) -> Value:
    """Follow the text behind ``-c``, wherever that stands, or what the shell reads."""
    told(machine, frame, call)
    found = call.stdin
    for index, word in enumerate(call.argv[1:], 1):
        if word.prefix.startswith("--command="):
            found = word._replace(pieces=(word.prefix[10:],))
        elif _takes_text(word.prefix) and index + 1 < len(call.argv):
            found = call.argv[index + 1]
    return UNKNOWN if found.pieces == (None,) else _follow(machine, frame, call, found)


def _takes_text(text: str) -> bool:
    if text[:2] == "--":
        return text in ("--command", "--session-command")
    return text[:1] == "-" and text[-1] == "c"


def _kubectl(machine: Machine, frame: Frame, call: Call) -> Value:
    """Follow the words behind ``--`` of ``kubectl exec``, or behind the name of the pod."""
    texts = [word.text for word in call.argv]
    if "exec" not in texts:
        told(machine, frame, call)
        return UNKNOWN
    start = texts.index("exec")
    begin = texts.index("--", start) + 1 if "--" in texts[start:] else split(call.argv, _KUBECTL, start + 1).begin + 1
    return follow(machine, frame, call._replace(elsewhere=True), begin)


def _windows(machine: Machine, frame: Frame, call: Call) -> Value:
    """Follow what PowerShell and ``cmd`` are given to run, where it can be read as shell text."""
    told(machine, frame, call)
    for index, word in enumerate(call.argv[1:], 2):
        option = (word.text or "").lower()
        if option in ("/c", "/k", "-c") or ("-command".startswith(option) and len(option) > 3):
            words = call.argv[index:]
            return _follow(machine, frame, call, words[0] if len(words) == 1 else spoken(words)) if words else UNKNOWN
    return UNKNOWN


HANDLERS: dict[str, Handler] = {
    "ssh": _ssh,
    "watch": _watch,
    "script": _script,
    "flock": _flock,
    "su": _su,
    **dict.fromkeys(("kubectl", "oc"), _kubectl),
    **dict.fromkeys(("at", "batch"), _at),
    **dict.fromkeys(("cmd", "powershell", "pwsh"), _windows),
    **dict.fromkeys(("tmux", "screen"), _terminal),
}
