"""The policy file that ``init`` writes: every setting with its meaning and its default, commented out."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence

from ..model.gate import Gate, Setting
from .policy import DEADLINE_CI, DEADLINE_LOCAL, PROTECTED
from .schema import URL
from .sections import COUNCIL, VERDICTS, Section
from .show import toml

_WIDTH = 88
_HEAD = f"""#:schema {URL}
# Policy of agentops-gates. A change is judged by the policy of its base commit, so an
# edit here counts from the next change on; one that loosens a gate is blocked itself.
# Lines that are commented out are the defaults. What is in force, and where it comes
# from: agentops-gate config show. Is it valid: agentops-gate config validate.

version = 1

[protected]
# Branches that changes are landed on.
"""


def template(gates: Sequence[Gate], branch: str = "") -> str:
    """Return the text of a new policy file; ``branch`` is one more branch to protect."""
    branches = list(PROTECTED) if branch in ("", *PROTECTED) else [branch, *PROTECTED]
    comment = "# " if branches == list(PROTECTED) else ""
    lines = [f"{comment}branches = {json.dumps(branches, ensure_ascii=False)}", "", *_deadlines()]
    for gate in gates:
        lines += _gate(gate) if gate.settings else []
    lines += ["", *_hints()]
    return _HEAD + "\n".join(lines) + "\n"


def _deadlines() -> Iterator[str]:
    yield "[deadlines]"
    yield "# Seconds that each gate may take. Out of time means undecided, and that blocks."
    yield f"# local = {toml(DEADLINE_LOCAL)}"
    yield f"# ci = {toml(DEADLINE_CI)}"


def _hints() -> Iterator[str]:
    """Yield the two tables about verdicts with the settings that most want to change."""
    yield "# Which verdicts count. All settings of this table and the next: agentops-gate config show."
    yield f"# [{VERDICTS.name}]"
    yield from _chosen(VERDICTS, ("required_level", "rebase", "lifetime_hours", "signers"))
    yield ""
    yield "# Who judges, each a program that reads a packet and prints an answer; the last table"
    yield "# is an example. The keys of judges and of people stand in the file of signers."
    yield f"# [{COUNCIL.name}]"
    yield from _chosen(COUNCIL, ("quorum", "vendors", "timeout", "checks"))
    yield f"# [{COUNCIL.name}.judges.reviewer]"
    yield '# command = ["./review"]'
    yield '# principal = "reviewer@example.org"'


def _chosen(section: Section, names: Collection[str]) -> Iterator[str]:
    for setting in section.settings:
        if setting.name in names:
            yield from _setting(setting)


def _gate(gate: Gate) -> Iterator[str]:
    yield from ["", f"# {gate.title}: agentops-gate explain {gate.id}", f"[gates.{gate.id}]"]
    for setting in gate.settings:
        yield from _setting(setting)
    local = [setting for setting in gate.settings if setting.per_path]
    if local:
        yield "# Settings that may differ by path; of several overrides that match, the last one wins:"
        yield from _comment(", ".join(setting.name for setting in local))
        yield f"# [[gates.{gate.id}.overrides]]"
        yield '# paths = ["tests/**"]'
        yield f"# {local[0].name} = {toml(local[0].default)}"


def _setting(setting: Setting) -> Iterator[str]:
    default = list(setting.default) if isinstance(setting.default, tuple) else setting.default
    words = setting.help + (f" One of: {', '.join(setting.choices)}." if setting.choices else "")
    yield from _comment(words)
    yield f"# {setting.name} = {toml(default)}"


def _comment(words: str) -> list[str]:
    from textwrap import wrap

    return wrap(words, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)
