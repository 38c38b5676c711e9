"""``agentops-gate verdict``: make, read, check, end and publish records by hand."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

import click

from ...formats.text import render
from ...gates.engine import run
from ...gates.registry import select
from ...git.repo import Repo
from ...model.errors import UsageError
from ...model.light import Any
from ...model.outcome import EXIT_OK, exit_code
from ...model.text import printable
from ...model.verdict import (
    Ack,
    Attempt,
    Content,
    Independence,
    Judge,
    Override,
    Record,
    Revocation,
    Statement,
    Transition,
    Word,
)
from ...verdicts import instant, records
from ...verdicts.leave import to_name
from ...verdicts.publish import RefusedError
from ...verdicts.publish import publish as push
from ...verdicts.rollup import roll_up
from ...verdicts.strictjson import MalformedError
from ...verdicts.twin import markdown
from .. import desk
from ..outgoing import outgoing
from ..planned import leave, planned
from ..terminal import width
from . import crank

_HOUR = 3600
_SHOWN = 10
_ZERO = "0" * 64
_Command = Callable[..., Any]


@click.group(name="verdict")
def command() -> None:
    """Make, read, check, end and publish records of judgements."""


def _ranged(function: _Command) -> _Command:
    for option in (
        click.option("--ref", metavar="REF", help="The full name of the branch that it goes to."),
        click.option("--head", metavar="REV", help="The revision that is meant (default: HEAD)."),
        click.option("--base", metavar="REV", help="The range begins where --head left REV."),
    ):
        function = option(function)
    return function


def _planned(function: _Command) -> _Command:
    return click.option("--plan", metavar="PLAN", help="Not a range, but the plan of an epic as it is staged.")(
        function
    )


def _by_somebody(function: _Command) -> _Command:
    for option in (
        click.option("--key", metavar="FILE", help="Sign with this OpenSSH key."),
        click.option("--principal", metavar="WHO", help="Who you are (default: git's user.email)."),
    ):
        function = option(function)
    return function


@command.command("record")
@click.argument("word", type=click.Choice(("PASS", "WARN", "FAIL")))
@_ranged
@_planned
@_by_somebody
@click.option("--model", default="", help="The judge's model.")
@click.option("--vendor", default="", help="The judge's vendor.")
@click.option("--session", default="", help="The judge's session.")
@click.option("--human", is_flag=True, help="The judge is a person.")
@click.option("--finding", "findings", multiple=True, metavar="ID", help="What was found; may be repeated.")
@click.option("--not-checked", multiple=True, metavar="WHAT", help="What was not looked at; may be repeated.")
def record_command(
    *,
    word: Word,
    base: str | None,
    head: str | None,
    ref: str | None,
    plan: str | None,
    principal: str | None,
    key: str | None,
    model: str,
    vendor: str,
    session: str,
    human: bool,
    findings: tuple[str, ...],
    not_checked: tuple[str, ...],
) -> int:
    """Record your own judgement of a range, or of a plan.

    The mechanical gates run over a range first, and the worst of all is what
    counts.
    """
    gate = desk.PRE_MORTEM if plan else desk.VIBE
    with Repo.open() as repo:
        work = _work(repo, base, head, ref, plan)
        checks = () if plan else desk.checks(repo, work.subject, work.policy)
        how: Independence = "human" if human else "session"
        judge = Judge(_who(repo, principal), model, vendor, session, how, word, _ZERO)
        made = desk.Made(word, (judge,), checks, findings, _ZERO, not_checked)
        statement = desk.statement(repo, gate, work.transition, work.policy, made)
        record = desk.keep(repo, [gate], statement, key)
        desk.write_twin(repo, record, statement)
    return _recorded(record, f"{statement.verdict} for {statement.ref}")


@command.command("sign")
@click.argument("record")
@click.option("--key", metavar="FILE", required=True, help="Sign with this OpenSSH key.")
def sign_command(*, record: str, key: str) -> int:
    """Put your signature to a record as it stands, beside those that it has.

    Read it first: agentops-gate verdict show RECORD.
    """
    with Repo.open() as repo:
        gate, found, content = desk.find(repo, record)
        gates = content.gates if isinstance(content, Override) else (gate,)
        return _recorded(desk.keep(repo, gates, content, key), f"signature of {found.id}")


@command.command("list")
def list_command() -> int:
    """List all records, the latest first, and runs of judges that led to none."""
    with Repo.open() as repo:
        lines = sorted(_lines(repo), reverse=True)
    for _, line in lines:
        click.echo(line)
    if not lines:
        click.echo("no records")
    return EXIT_OK


@command.command("show")
@click.argument("record")
@click.option("--format", "name", type=click.Choice(("markdown", "json")), default="markdown", show_default=True)
def show(*, record: str, name: str) -> int:
    """Show a record: a page, or the very bytes that were signed."""
    with Repo.open() as repo:
        _, found, content = desk.find(repo, record)
    if name == "json":
        sys.stdout.buffer.write(found.payload)
    else:
        click.echo(markdown(found, content), nl=False)
    return EXIT_OK


@command.command("verify")
@_ranged
@_planned
@click.option("--gate", type=click.Choice((desk.VIBE, desk.PRE_MORTEM)), default=desk.VIBE, show_default=True)
def verify(*, base: str | None, head: str | None, ref: str | None, plan: str | None, gate: str) -> int:
    """Tell in a line whether a range or a plan is open, by which record, or what differs."""
    with Repo.open() as repo:
        if plan:
            epic = _work(repo, base, head, ref, plan).transition.ref.rpartition("/")[2]
            return crank.told(leave(repo, epic), epic)
        work = desk.work(repo, base, head, ref)
        report = run(repo, [work.subject], [one for one in select() if one.META.id == gate])
    if report.outcome == "pass" and not any(result.findings for result in report.gates):
        click.echo("open: nothing asks for a verdict here")
    else:
        click.echo(render(report, width=width(sys.stdout)), nl=False)
    return exit_code(report.outcome)


@command.command("ack")
@click.argument("record")
@click.option("--finding", "findings", multiple=True, metavar="ID", help="One that you take on; name all of them.")
@click.option("--reason", required=True, help="Why, in a sentence.")
@_by_somebody
def ack(*, record: str, findings: tuple[str, ...], reason: str, principal: str | None, key: str | None) -> int:
    """Take on what a WARN found, as somebody who neither wrote nor judged it."""
    with Repo.open() as repo:
        gate, found, content = desk.find(repo, record)
        if not isinstance(content, Statement):
            raise UsageError(f"{found.id} is no verdict, but a {found.kind}", "agentops-gate verdict list")
        missing = sorted(set(to_name(content)) - set(findings))
        if missing:
            raise UsageError(f"{len(missing)} findings are not named: {', '.join(map(printable, missing[:10]))}")
        said = Ack(found.id, tuple(sorted(set(findings))), _who(repo, principal), reason, _now(), content.lifetime)
        return _recorded(desk.keep(repo, [gate], said, key), f"ack of {found.id}")


@command.command("override")
@_ranged
@_planned
@click.option("--rewind", is_flag=True, help="Let the branch lose what --head lacks; say so, or nothing may.")
@click.option("--hours", type=click.IntRange(1, 24), default=1, show_default=True, help="How long it lasts.")
@click.option("--reason", required=True, help="Why, in a sentence; it is shown wherever the gate runs.")
@click.option("--principal", metavar="WHO", help="Who you are (default: git's user.email).")
@click.option("--key", metavar="FILE", required=True, help="Sign with this OpenSSH key.")
def override(
    *,
    base: str | None,
    head: str | None,
    ref: str | None,
    plan: str | None,
    rewind: bool,
    hours: int,
    reason: str,
    principal: str | None,
    key: str,
) -> int:
    """Open one transition, or one plan, for a day at most, as a person whom the policy names.

    It opens the states that it prints, and no other way to the last of them.
    What --rewind takes off the branch cannot come back by an older verdict.
    """
    with Repo.open() as repo:
        move = _opening(repo, (base, head, ref, plan), rewind=rewind)
        said = Override(
            move.repository,
            move.ref,
            move.base,
            move.head_tree,
            (desk.PRE_MORTEM if plan else desk.VIBE,),
            _who(repo, principal),
            reason,
            _now(),
            hours * _HOUR,
            tuple(sorted(move.trees)),
            move.head if rewind else "",
            tuple(sorted(move.lost)),
        )
        record = desk.keep(repo, said.gates, said, key)
    click.echo(f"opens {printable(move.ref)} from {move.base[:12]} to tree {move.head_tree[:12]}, for {hours} h")
    click.echo(f"  states on the way: {_some(said.trees)}")
    if rewind:
        click.echo(f"  REWINDS it to commit {move.head[:12]}: {_some(said.lost)} is lost")
    return _recorded(record, f"override for {move.ref}")


@command.command("revoke")
@click.argument("record")
@click.option("--reason", required=True, help="Why, in a sentence.")
@_by_somebody
def revoke(*, record: str, reason: str, principal: str | None, key: str | None) -> int:
    """End a verdict, an ack or an override before its time."""
    with Repo.open() as repo:
        gate, found, content = desk.find(repo, record)
        if isinstance(content, Revocation | Attempt):
            raise UsageError(f"nothing ends {found.id}: what was tried or ended stays so", "agentops-gate verdict list")
        said = Revocation(found.id, _who(repo, principal), reason, _now())
        return _recorded(desk.keep(repo, [gate], said, key), f"end of {found.id}")


@command.command("publish")
@click.argument("remote", default="origin")
@click.argument("branch", default="")
def publish(*, remote: str, branch: str) -> int:
    """Push a branch and all records in one: all of it arrives, or nothing.

    BRANCH is SOURCE or SOURCE:TARGET (default: the current branch). Where only
    signed records count, the others stay here.
    """
    with Repo.open() as repo:
        source, _, target = (branch or _current(repo)).partition(":")
        name = target or source
        spec = f"{source}:{name if name.startswith('refs/') else f'refs/heads/{name}'}"
        refs = outgoing(repo, remote, name)
        try:
            pushed = push(repo, remote, [spec], refs)
        except RefusedError as error:
            click.echo("\n".join(map(printable, error.said)), err=True)
            raise
    for done in pushed:
        if done.flag != "=":
            click.echo(f"{done.flag} {printable(done.ref)} {printable(done.summary)}")
    return EXIT_OK


@command.command("roll-up")
def roll_up_command() -> int:
    """Move the records into one log; one at a time may do this."""
    with Repo.open() as repo:
        done = roll_up(repo)
    for problem in done.problems:
        click.echo(problem, err=True)
    click.echo(f"moved {len(done.removed)} records into the log")
    return EXIT_OK


def _some(trees: Sequence[str]) -> str:
    more = f" and {len(trees) - _SHOWN:,} more" if len(trees) > _SHOWN else ""
    return ", ".join(tree[:12] for tree in trees[:_SHOWN]) + more


def _opening(repo: Repo, named: tuple[str | None, ...], *, rewind: bool) -> Transition:
    base, head, ref, plan = named
    if rewind and plan:
        raise UsageError("a plan is never rewound", "leave out --rewind")
    move = (desk.rewinding(repo, base, head, ref) if rewind else _work(repo, base, head, ref, plan)).transition
    if rewind and move.fast_forward:
        raise UsageError(f"{printable(move.ref)} would lose nothing", "leave out --rewind")
    if not rewind and not move.fast_forward:
        words = f"{printable(move.ref)} has commits that this lacks, and would lose them"
        raise UsageError(words, "rebase onto it; or, if they are to go: --rewind")
    return move


def _work(repo: Repo, base: str | None, head: str | None, ref: str | None, plan: str | None) -> desk.Judged:
    if plan is None:
        return desk.work(repo, base, head, ref)
    if base or head or ref:
        raise UsageError("a plan is judged as it is staged", "leave out --base, --head and --ref, or --plan")
    return planned(repo, plan).judged


def _lines(repo: Repo) -> Iterator[tuple[int, str]]:
    contents: dict[str, Content] = {}
    signed = set()
    for found in records.load(repo):
        content, problem = _read(found)
        if content is None:
            yield 0, f"{'-':20}  {problem}"
            continue
        contents[found.id] = content
        if found.record and found.record.signature:
            signed.add(found.id)
    ended = _ended(contents.values())
    for name, content in contents.items():
        brief = f"{_brief(content)}{_unended(content) if name not in ended else ''}"
        how = "signed" if name in signed else "unsigned"
        yield content.issued, f"{instant.text(content.issued)}  {name}  {brief}, {how}"


def _read(found: records.Found) -> tuple[Content | None, str]:
    if found.record is None:
        return None, f"{printable(found.place)}: {found.problem}"
    try:
        return records.content_of(found.gate, found.record), ""
    except MalformedError as error:
        return None, f"{printable(found.place)}: {error}"


def _ended(contents: Iterable[Content]) -> set[str]:
    """Return the ids of the runs that led to a verdict, or that nobody answered."""
    named = (item.run if isinstance(item, Statement) else getattr(item, "unheard", "") for item in contents)
    return set(named)


def _unended(content: Content) -> str:
    return ", no verdict came of it" if isinstance(content, Attempt) and not content.unheard else ""


def _brief(content: Content) -> str:
    if isinstance(content, Statement):
        return f"{content.verdict} for {printable(content.ref)} ({content.head_tree[:12]})"
    if isinstance(content, Attempt):
        about = f"nobody answered in {content.unheard}" if content.unheard else "judges were asked"
        return f"{about}, for {printable(content.ref)} ({content.head_tree[:12]})"
    if isinstance(content, Override):
        return f"for {printable(content.ref)} by {printable(content.principal)}"
    return f"of {content.verdict if isinstance(content, Ack) else content.record} by {printable(content.principal)}"


def _who(repo: Repo, principal: str | None) -> str:
    who = principal or repo.git.text("config", "--get", "user.email", ok=(0, 1))
    if not who.strip():
        raise UsageError("nobody is named", "give --principal, or set git's user.email")
    return who.strip()


def _current(repo: Repo) -> str:
    name = repo.git.text("symbolic-ref", "-q", "--short", "HEAD", ok=(0, 1))
    if not name:
        raise UsageError("HEAD is on no branch", "name one: agentops-gate verdict publish origin HEAD:main")
    return name


def _now() -> int:
    return int(time.time())


def _recorded(record: Record, what: str) -> int:
    click.echo(f"recorded {record.id}: {printable(what)}{'' if record.signature else ' (unsigned)'}")
    click.echo("next: agentops-gate verdict publish")
    return EXIT_OK
