"""Configuration keys that open a door, and those that make later commands dangerous."""

from __future__ import annotations

from ..value import Value

_FALSE = ("false", "no", "off", "0")
#: Settings whose value is a command that git runs.
_COMMANDS = (
    "core.editor",
    "core.pager",
    "core.sshcommand",
    "core.fsmonitor",
    "core.askpass",
    "core.gitproxy",
    "core.alternaterefscommand",
    "sequence.editor",
    "diff.external",
    "interactive.difffilter",
    "gpg.program",
    "uploadpack.packobjectshook",
)
_COMMAND_ENDS = {
    "diff": (".command", ".textconv"),
    "filter": (".clean", ".smudge", ".process"),
    "merge": (".driver",),
    "difftool": (".cmd",),
    "mergetool": (".cmd",),
    "trailer": (".cmd", ".command"),
    "gpg": (".program",),
    "hook": (".command",),
    "remote": (".uploadpack", ".receivepack", ".vcs"),
    "browser": (".cmd",),
}


def setting(key: str, value: Value | None) -> tuple[str, str] | None:
    """Return the rule and what is wrong with setting ``key``, in git's spelling, to ``value`` (None: it is unset).

    None for a setting that opens nothing.
    """
    section = key.partition(".")[0]
    if key == "core.hookspath":
        return "AG432", "core.hooksPath makes git look elsewhere for hooks"
    if section in ("include", "includeif"):
        return "AG433", f"{section} brings in settings that nobody can see here"
    if section == "hook" and key.endswith((".enabled", ".event", ".command")):
        return "AG432", "a hook that stands in the configuration is changed"
    if section == "agentops":
        return "AG435", "settings of agentops-gates are changed"
    return None if value is None else _lasting(key, section, value)


_GC = ("gc.pruneexpire", "gc.reflogexpire", "gc.reflogexpireunreachable")
#: Settings that are dangerous when they are off.
_OFF = {
    "clean.requireforce": "git clean would delete files without -f",
    "receive.denynonfastforwards": "this repository would take forced pushes",
    "receive.denydeletes": "this repository would let its branches be deleted",
    "core.logallrefupdates": "git would keep no reflog",
}


def _lasting(key: str, section: str, value: Value) -> tuple[str, str] | None:
    text = value.text.lower() if value.text is not None else None
    what = ""
    if key in _OFF and (text is None or text in (*_FALSE, "")):
        what = _OFF[key]
    elif section == "remote":
        what = _forcing(key, value, text)
    elif key in _GC and soon(text):
        what = "git gc would delete what can still be brought back"
    return ("AG451", what) if what else None


def _forcing(key: str, value: Value, text: str | None) -> str:
    """Return what a setting of a remote does to later pushes, "" if it is nothing."""
    if key.endswith(".mirror") and text not in _FALSE:
        return "every push to a mirror is forced, and deletes"
    if key.endswith(".push") and value.prefix.startswith(("+", ":")) and text != ":":
        return "every plain push would be forced, or delete"
    return ""


def soon(text: str | None) -> bool:
    """Tell whether an expiry date spares nothing of the last day, as far as it is known."""
    return text is None or text in ("now", "all", "0") or "second" in text or "minute" in text or "hour" in text


def runs(key: str) -> bool:
    """Tell whether the value of a setting is a command."""
    section, _, _ = key.partition(".")
    if key in _COMMANDS or section == "pager":
        return True
    return key.endswith(_COMMAND_ENDS.get(section, ("\n",)))
