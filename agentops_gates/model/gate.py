"""Metadata of a gate: what docs, manifest, README table, policy schema and ``explain`` are generated from."""

from __future__ import annotations

from .light import Any, Literal, NamedTuple
from .outcome import Level
from .subject import Kind

SettingKind = Literal[
    "integer", "boolean", "choice", "choices", "text", "name", "path", "strings", "globs", "command", "commands"
]
Looser = Literal["higher", "higher or zero", "lower", "later", "more", "fewer", "true", "once set", "never", ""]
#: As large as an integer may be where its setting does not say.
LARGEST = 2**31 - 1


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
    """One policy key of a gate, or of one of the policy's general tables.

    Most kinds are plain; "choices" are several of ``choices``, a "name" is that of a table beside this one, a "path" is
    that of a file in the tree, a "command" is a program with its arguments, "commands" several of them; "strings" and
    "globs" are lists. A "text", and a "name", may be empty.

    ``looser`` tells in which direction a change of the value weakens the gate: a "higher" or "lower" number, "higher
    or zero" where 0 switches a check off, a "later" entry of ``choices`` (which are listed from strict to loose),
    "more" or "fewer" entries in a list, "true", "once set" for any change but the first, "never"; empty when any
    change counts as loosening. ``per_path`` keys may also stand in an ``overrides`` entry. ``minimum`` and ``maximum``
    bound an integer, ``minimum`` also counts the "choices" that there must be.
    """

    name: str
    kind: SettingKind
    default: Any
    help: str
    looser: Looser = ""
    choices: tuple[str, ...] = ()
    minimum: int = 0
    per_path: bool = False
    maximum: int = LARGEST


class Gate(NamedTuple):
    """A gate: ``stages`` are the git hooks it runs in, ``kinds`` the subjects it can judge.

    An ``always`` gate also runs when only others are asked for: nobody chooses it away. A ``mechanical`` gate judges by
    objects alone, so whoever runs it again concludes the same. One that ``weighs`` runs after the others and is handed
    what the mechanical ones concluded about the same subject.
    """

    id: str
    title: str
    rules: tuple[Rule, ...]
    stages: tuple[str, ...]
    kinds: tuple[Kind, ...]
    settings: tuple[Setting, ...] = ()
    always: bool = False
    mechanical: bool = True
    weighs: bool = False
