"""The general tables of the policy that are about verdicts, one setting a line.

Validation, schema, defaults, ``config show`` and what counts as loosening are all made from these lists.
"""

from __future__ import annotations

from ..model.gate import Setting
from ..model.light import NamedTuple

#: How large a council is: which judges sit in it depends on the number of issues of the epic.
SIZES = ("quick", "fast", "full")
#: What a judge may be called, as a regular expression: a bare key of TOML. Python's ``$`` overlooks a final line break.
NAME = r"^[A-Za-z0-9_-]{1,40}$(?!\n)"
MOST_JUDGES = 50
_WEEK = 168
_YEAR = 8784


class Section(NamedTuple):
    """One table: its key at the top level, what it is for, and its settings."""

    name: str
    title: str
    settings: tuple[Setting, ...]


VERDICTS = Section(
    "verdicts",
    "Which verdicts count.",
    (
        Setting(
            "repository",
            "text",
            "",
            "Name of this repository in every verdict, so that none counts in another one. Empty: the base commit and "
            "the policy bind a verdict to it.",
            "once set",
        ),
        Setting(
            "rebase",
            "choice",
            "derive",
            "What a verdict is worth when its base moved: derived from, where nothing that it judged has changed, or "
            "nothing.",
            "later",
            ("strict", "derive"),
        ),
        Setting("lifetime_hours", "integer", _WEEK, "Hours that a verdict counts.", "higher", minimum=1, maximum=_YEAR),
        Setting(
            "required_level",
            "integer",
            1,
            "Lowest assurance level that is accepted: 0 recorded, 1 bound, 2 signed, 3 enforced, 4 two parties.",
            "lower",
            maximum=4,
        ),
        Setting("signers", "path", ".agents/allowed_signers", "The file that says whose keys sign (OpenSSH's format)."),
        Setting("revoked", "path", ".agents/revoked_keys", "The file of keys that no longer count."),
        Setting(
            "held_apart", "strings", (), "Principals whose keys the authors' accounts cannot read: level 2.", "more"
        ),
        Setting("humans", "strings", (), "Principals who may sign an override.", "more"),
        Setting("issuers", "strings", (), "Principals who may sign a verdict without being its judge.", "more"),
        Setting(
            "acks_per_day",
            "integer",
            10,
            "Warnings that may be acknowledged in a day.",
            "higher",
            maximum=10_000,
        ),
    ),
)

COUNCIL = Section(
    "council",
    "Who judges, and how.",
    (
        Setting("quorum", "integer", 1, "Judges that must answer.", "lower", minimum=1, maximum=MOST_JUDGES),
        Setting("vendors", "integer", 1, "Vendors that they must be of.", "lower", minimum=1, maximum=MOST_JUDGES),
        Setting("timeout", "integer", 600, "Seconds that one judge has.", "never", minimum=1, maximum=86_400),
        Setting("retries", "integer", 1, "Times that a judge who gave no answer is asked again.", "never", maximum=10),
        Setting(
            "output_limit",
            "integer",
            1_000_000,
            "Bytes that a judge may print.",
            "never",
            minimum=1000,
            maximum=100_000_000,
        ),
        Setting(
            "share",
            "integer",
            40,
            "Percent of a judge's context that the packet may take.",
            "never",
            minimum=1,
            maximum=40,
        ),
        Setting(
            "checks", "commands", (), "Commands run in the tree that is judged; one that fails is a FAIL.", "fewer"
        ),
        Setting("required", "globs", ("**",), "Paths that a PASS must have checked.", "fewer"),
        Setting("environment", "strings", (), "Variables that judges get besides the usual few.", "more"),
        Setting(
            "checks_environment",
            "strings",
            (),
            "Variables that checks get besides the usual few: the code of the change reads them.",
            "more",
        ),
    ),
)

RESCUE = Section(
    "rescue",
    "What is saved before a destructive command runs.",
    (
        Setting(
            "max_bytes",
            "integer",
            256 << 20,
            "Bytes that a snapshot may hold; where it would be more, the command is denied.",
            "never",
            minimum=1 << 16,
        ),
        Setting(
            "max_files",
            "integer",
            20_000,
            "Files that a snapshot may hold; where it would be more, the command is denied.",
            "never",
            minimum=10,
            maximum=1_000_000,
        ),
        Setting("keep_days", "integer", 30, "Days that a snapshot is kept.", "lower", minimum=1, maximum=3660),
        Setting(
            "keep_count",
            "integer",
            50,
            "Snapshots that are kept; those of the last day always are.",
            "lower",
            minimum=1,
            maximum=1000,
        ),
        Setting(
            "ignored",
            "globs",
            (),
            "Ignored files that are saved too. They may hold secrets; the others are named as left out.",
            "fewer",
        ),
    ),
)

#: The rules of the guard: this layer does not know them, and a test holds both lists equal.
GUARD_RULES = (
    *(f"AG4{number:02}" for number in range(1, 24)),
    *(f"AG4{number}" for number in (31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 47, 51)),
)

GUARD = Section(
    "guard",
    "Rules of the command guard that are stricter here than by themselves, or than its user's own policy says.",
    (
        Setting("deny", "choices", (), "Rules that refuse the command.", "fewer", GUARD_RULES),
        Setting("ask", "choices", (), "Rules that ask a person first.", "fewer", GUARD_RULES),
        Setting(
            "snapshot",
            "choices",
            (),
            "Rules that let the command run once what it endangers is saved.",
            "fewer",
            GUARD_RULES,
        ),
    ),
)

#: One table below [council.judges]. Any change of a judge counts as loosening: nobody can prove what a program does.
JUDGE = (
    Setting("command", "command", (), "The program that reads the packet and answers, with its arguments.", minimum=1),
    Setting("principal", "text", "", "Who answers for the judgement and signs it: an address, as a rule."),
    Setting("vendor", "text", "", "Who made the judge's model."),
    Setting("model", "text", "", "The judge's model."),
    Setting("context", "integer", 200_000, "Tokens that the judge can read.", minimum=1000, maximum=100_000_000),
    Setting("paths", "globs", (), "Paths that it judges; none: all."),
    Setting("fallback_for", "name", "", "The judge that it stands in for when that one gives no answer."),
    Setting("sizes", "choices", SIZES, "Councils that it sits in.", choices=SIZES, minimum=1),
    Setting("human", "boolean", False, "Whether it is a person."),
    Setting("environment", "strings", (), "Variables that it alone gets."),
)
#: What a judge cannot do without.
NEEDED = ("command",)
SECTIONS = (VERDICTS, COUNCIL, RESCUE, GUARD)
