"""Metadata of a gate: what docs, manifest, README table, policy schema and ``explain`` are generated from."""

from __future__ import annotations

from .light import Any, Literal, NamedTuple
from .outcome import Level
from .subject import Kind

SettingKind = Literal["integer", "boolean", "choice", "strings", "globs"]
Looser = Literal["higher", "higher or zero", "lower", "later", "more", "true", ""]


class Rule(NamedTuple):
    """One rule: ``id`` is AGnnn and never reused, ``level`` the one a finding has under the default policy.

    ``help`` says in one to four sentences why it matters and how to pass. Backticks stand around code, and a line
    that is indented by four columns, below an empty one, is an example.
    """

    id: str
    name: str
    level: Level
    summary: str
    help: str = ""


class Setting(NamedTuple):
    """One policy key of a gate.

    ``looser`` tells in which direction a change of the value weakens the gate: a "higher" or "lower" number, "higher
    or zero" where 0 switches a check off, a "later" entry of ``choices`` (which are listed from strict to loose),
    "more" entries in a list, "true"; empty when any change counts as loosening. ``per_path`` keys may also stand in
    an ``overrides`` entry.
    """

    name: str
    kind: SettingKind
    default: Any
    help: str
    looser: Looser = ""
    choices: tuple[str, ...] = ()
    minimum: int = 0
    per_path: bool = False


class Gate(NamedTuple):
    """A gate: ``stages`` are the git hooks it runs in, ``kinds`` the subjects it can judge.

    An ``always`` gate also runs when only others are asked for: nobody chooses it away.
    """

    id: str
    title: str
    rules: tuple[Rule, ...]
    stages: tuple[str, ...]
    kinds: tuple[Kind, ...]
    settings: tuple[Setting, ...] = ()
    always: bool = False
