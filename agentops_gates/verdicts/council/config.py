"""The table ``[council]`` of a policy, as plain data: who judges, how many must answer, and what each may use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...model.errors import UsageError
from ...model.light import Any, Literal, NamedTuple
from ...model.text import printable

Size = Literal["quick", "fast", "full"]
SIZES: tuple[Size, ...] = ("quick", "fast", "full")
#: No judge's packet takes more of its context window than this, in percent.
LARGEST_SHARE = 40


class JudgeConfig(NamedTuple):
    """One judge: a command that reads a packet on standard input and prints an answer.

    ``context`` is its context window in tokens. ``paths`` are globs of what it judges (none: everything), ``sizes`` the
    councils that it sits in, ``fallback_for`` the judge that it stands in for. ``environment`` names the variables that
    it is given besides the few that everybody gets. ``human`` gives it the terminal, and asks it last.
    """

    name: str
    command: tuple[str, ...]
    principal: str
    vendor: str = ""
    model: str = ""
    context: int = 200_000
    paths: tuple[str, ...] = ()
    fallback_for: str = ""
    sizes: tuple[str, ...] = SIZES
    human: bool = False
    environment: tuple[str, ...] = ()


class CouncilConfig(NamedTuple):
    """How a council works.

    ``quorum`` judges of ``vendors`` different vendors must answer. ``timeout`` (seconds) is what one judge has for all
    its attempts, ``output_limit`` (bytes) what it may print. ``checks`` are commands that run in the head's tree: the
    author's code, so it gets the variables of ``checks_environment`` and never those of ``environment``.
    ``required`` are globs of paths that a PASS must have checked. ``share`` (percent) is how much of a judge's context
    window its packet may take, ``backoff`` (seconds) the pause before the second attempt; it doubles with each.
    """

    judges: tuple[JudgeConfig, ...]
    quorum: int = 1
    vendors: int = 1
    timeout: float = 600
    retries: int = 1
    output_limit: int = 1_000_000
    checks: tuple[tuple[str, ...], ...] = ()
    required: tuple[str, ...] = ("**",)
    environment: tuple[str, ...] = ()
    checks_environment: tuple[str, ...] = ()
    share: int = LARGEST_SHARE
    backoff: float = 1.0


def from_mapping(council: Mapping[str, Any]) -> CouncilConfig:
    """Return the configuration that a validated table holds; what it leaves out has its default.

    Raises UsageError for what only shows when judges are seen together: a judge that stands in for nobody, or in the
    end for itself; and for a share of the context above the limit.
    """
    judges = tuple(_judge(name, table) for name, table in council.get("judges", {}).items())
    _refuse_lost(judges)
    share = council.get("share", LARGEST_SHARE)
    if not 1 <= share <= LARGEST_SHARE:
        raise UsageError(
            f"council.share is {share}: a packet takes 1 to {LARGEST_SHARE} percent of a judge's context window",
            f"set it to {LARGEST_SHARE} or less",
        )
    default = CouncilConfig(judges)
    return CouncilConfig(
        judges,
        **{key: council.get(key, getattr(default, key)) for key in ("quorum", "vendors", "timeout", "retries")},
        output_limit=council.get("output_limit", default.output_limit),
        checks=tuple(tuple(command) for command in council.get("checks", ())),
        # Globs that are not there would require nothing: whoever wants that says so with a glob that matches nothing.
        required=tuple(council.get("required", ())) or default.required,
        environment=tuple(council.get("environment", ())),
        checks_environment=tuple(council.get("checks_environment", ())),
        share=share,
        backoff=council.get("backoff", default.backoff),
    )


def _judge(name: str, table: Mapping[str, Any]) -> JudgeConfig:
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, (list, tuple)) else value for key, value in table.items()
    }
    known: dict[str, Any] = {key: given[key] for key in JudgeConfig._fields if key in given and key != "name"}
    if not known.get("command"):
        raise UsageError(f"council.judges.{printable(name)} has no command", 'give it one: command = ["..."]')
    known["principal"] = known.get("principal") or name
    known["sizes"] = known.get("sizes") or SIZES
    return JudgeConfig(name, **known)


def _refuse_lost(judges: tuple[JudgeConfig, ...]) -> None:
    named = {judge.name: judge for judge in judges}
    for judge in judges:
        seen: set[str] = set()
        for step in _line(judge, named):
            if step in seen or step not in named:
                what = "stands in for itself in the end" if step in seen else "stands in for nobody"
                raise UsageError(
                    f"council.judges.{printable(judge.name)} {what}: fallback_for = {printable(judge.fallback_for)!r}",
                    "name another judge of the same table",
                )
            seen.add(step)


def _line(judge: JudgeConfig, named: Mapping[str, JudgeConfig]) -> Iterator[str]:
    """Yield the judge's name and those that it stands in for, one after the other; endless where they form a ring."""
    name = judge.name
    while name:
        yield name
        name = named[name].fallback_for if name in named else ""
