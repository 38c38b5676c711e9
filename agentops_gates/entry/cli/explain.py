"""``agentops-gate explain``: the documentation of a gate or a rule, offline, from the module that is the gate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from ...model.errors import UsageError
from ...model.gate import Gate, Rule, Setting
from ...model.outcome import Level
from ...model.text import printable
from ...shell.hazards.rules import RULES
from .complete import gates_and_rules

if TYPE_CHECKING:
    from ...gates.registry import GateModule
    from ...shell.hazards.hazard import Level as Answer
    from ...shell.hazards.hazard import Rule as Danger

_WIDTH = 80
_LOOSER = {
    "higher": "Higher is looser.",
    "higher or zero": "Higher is looser, and 0 most of all.",
    "lower": "Lower is looser.",
    "later": "Listed from strict to loose.",
    "more": "More entries are looser.",
    "fewer": "Fewer entries are looser.",
    "true": "True is looser.",
    "": "Any change counts as looser.",
}
_EFFECT: dict[Level, str] = {
    "error": "It blocks",
    "warning": "It warns and does not block",
    "note": "It is a note and does not block",
}

_ANSWER: dict[Answer, str] = {
    "deny": "The command is refused.",
    "ask": "A person is asked first; where nobody can be, the command is refused.",
    "snapshot": "The command runs once what it endangers is saved: see agentops-gate rescue.",
    "allow": "The command runs.",
}


@click.command(name="explain", short_help="Explain a rule (AG601) or a whole gate.")
@click.argument("name", metavar="[ID]", required=False, shell_complete=gates_and_rules)
def command(*, name: str | None) -> int:
    """Explain a rule (AG601, AG401), or a gate as a whole (complexity-regression).

    Without an ID: list all gates and their rules.
    """
    from ...gates.registry import built_gates

    gates = built_gates()
    lines = _list([gate.META for gate in gates]) if name is None else _explain(name, gates)
    click.echo("\n".join(lines))
    return 0


def _list(gates: Sequence[Gate]) -> Iterator[str]:
    for gate in gates:
        yield from _wrap(f"{gate.id}: {gate.title}", "")
        width = max((len(rule.name) for rule in gate.rules), default=0)
        for rule in gate.rules:
            start = f"  {rule.id}  {rule.name:{width}}  {rule.level:7}  "
            yield from _wrap(rule.summary, " " * len(start), start)
        yield ""
    yield "agentops-gate explain ID tells more."


def _explain(name: str, gates: Sequence[GateModule]) -> Iterator[str]:
    wanted = name.lower()
    for module in gates:
        gate = module.META
        if wanted == gate.id:
            yield from _page(gate, module.__doc__ or "")
            return
        for rule in gate.rules:
            if wanted in (rule.id.lower(), rule.name):
                yield from _rule(rule, gate)
                return
    danger = next((rule for rule in RULES.values() if wanted in (rule.id.lower(), rule.name)), None)
    if danger is None:
        raise _unknown(name, [gate.META for gate in gates])
    yield from _danger(danger)


def _danger(rule: Danger) -> Iterator[str]:
    yield from _wrap(f"{rule.id} {rule.name} ({rule.level}), a rule of the command guard", "")
    yield ""
    yield from _wrap(f"{_ANSWER[rule.level]} At stake: {rule.loses}.", "")
    yield from _wrap(f"Instead: {rule.instead}.", "")
    yield ""
    yield from _wrap(
        "Whoever uses the guard sets levels in ~/.config/agentops-gates/guard.toml; a project's [guard] may only be "
        "stricter.",
        "",
    )


def _rule(rule: Rule, gate: Gate) -> Iterator[str]:
    yield from _wrap(f"{rule.id} {rule.name} ({rule.level}), a rule of {gate.id}", "")
    varies = any(setting.name == "level" for setting in gate.settings)
    yield from ["", *_wrap(rule.summary, ""), ""]
    yield from _text(rule.help)
    yield from _wrap(f"{_EFFECT[rule.level]}{', unless the policy says otherwise' if varies else ''}.", "")
    yield from ["", "The whole page:", f"    agentops-gate explain {gate.id}"]


def _unknown(name: str, gates: Sequence[Gate]) -> UsageError:
    from difflib import get_close_matches

    known = {word.lower(): word for gate in gates for word in (gate.id, *_names(gate))}
    known |= {word.lower(): word for rule in RULES.values() for word in (rule.id, rule.name)}
    close = get_close_matches(name[:100].lower(), known, 1)
    hint = f", did you mean `{known[close[0]]}`?" if close else ""
    return UsageError(f"there is no gate or rule `{printable(name)[:100]}`{hint}", "agentops-gate explain lists all")


def _names(gate: Gate) -> Iterator[str]:
    for rule in gate.rules:
        yield from (rule.id, rule.name)


def _page(gate: Gate, text: str) -> Iterator[str]:
    title = f"{gate.id}: {gate.title}"
    yield from [title, "=" * min(len(title), _WIDTH), ""]
    yield from _wrap(f"Runs at {', '.join(gate.stages)} and in CI; judges {' and '.join(gate.kinds)} changes.", "")
    yield ""
    yield from _text(text)
    yield from [*_heading("Rules"), ""]
    for rule in gate.rules:
        yield from _wrap(f"{rule.name} ({rule.level}). {rule.summary}", "      ", f"{rule.id} ")
    if gate.settings:
        yield from ["", *_heading(f"Settings in [gates.{gate.id}]"), ""]
        for setting in gate.settings:
            yield from _setting(setting)


def _setting(setting: Setting) -> Iterator[str]:
    from ...policy.show import toml

    yield f"{setting.name} = {toml(setting.default)}"
    choices = f"One of {', '.join(setting.choices)}." if setting.choices else ""
    scope = "May differ by path." if setting.per_path else ""
    words = " ".join(filter(None, (setting.help, choices, _LOOSER[setting.looser], scope)))
    yield from _wrap(words, "    ", "    ")


def _heading(words: str) -> list[str]:
    return [words, "-" * len(words)]


def _text(text: str) -> Iterator[str]:
    """Fill a docstring's paragraphs and lists to the width; headings and indented blocks stay as they are."""
    block: list[str] = []
    for line in [*text.strip().split("\n"), ""]:
        starts = line.startswith("- ")
        if block and (not line.strip() or starts or line.startswith("    ")):
            yield from _fill(block)
            block = []
        if not line.strip() or line.startswith("    "):
            yield line.rstrip()
        elif line.strip("-=") == "" and block:
            yield from [*block, line]
            block = []
        else:
            block.append(line)


def _fill(block: Sequence[str]) -> Iterator[str]:
    words = " ".join(line.strip() for line in block)
    if words.startswith("- "):
        return _wrap(words[2:], "  ", "- ")
    return _wrap(words, "")


def _wrap(text: str, indent: str, first: str = "") -> Iterator[str]:
    from textwrap import wrap

    yield from wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
