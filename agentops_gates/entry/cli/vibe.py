"""``agentops-gate vibe``: have a range judged by the council, and record the verdict."""

from __future__ import annotations

import sys

import click

from ...git.repo import Repo
from ...model.errors import UsageError
from ...model.outcome import EXIT_BLOCKED, EXIT_OK, EXIT_UNDECIDED
from ...model.text import printable
from ...policy.policy import Policy
from ...verdicts.council import report
from ...verdicts.council.config import CouncilConfig, from_mapping
from ...verdicts.council.council import CouncilResult, run_council
from ...verdicts.council.sizing import council_for
from ...verdicts.leave import ack_command
from .. import desk
from ..progress import Progress
from ..terminal import width


@click.command(name="vibe")
@click.option("--base", metavar="REV", help="Judge what --head brings since it left REV.")
@click.option("--head", metavar="REV", help="The revision to judge (default: HEAD).")
@click.option("--ref", metavar="REF", help="The full name of the branch that it goes to.")
@click.option("--key", metavar="FILE", help="Sign the verdict with this OpenSSH key.")
def command(*, base: str | None, head: str | None, ref: str | None, key: str | None) -> int:
    """Have a change judged before it is pushed, and record the verdict.

    The judges are those of the policy of the base ([council.judges]). The exit
    code is 0 for PASS and WARN, 1 for FAIL, 3 if there is no verdict.
    """
    with Repo.open() as repo:
        work = desk.work(repo, base, head, ref)
        if work.subject.head in work.subject.bases:
            named, target = printable(head or "HEAD"), printable(work.transition.ref)
            raise UsageError(f"nothing to judge: {named} brings nothing that {target} lacks", "commit the work first")
        config = council_of(work.policy)
        mechanical = desk.checks(repo, work.subject, work.policy)
        begun = desk.begin(repo, desk.VIBE, work.transition, work.policy, key)
        progress = Progress(sys.stderr)
        result = run_council(
            repo,
            work.transition,
            config,
            gate=desk.VIBE,
            size=council_for(repo, work.subject, work.policy, work.transition.plan),
            plan_text=desk.plan_text(repo, work),
            mechanical=mechanical,
            progress=progress,
        )
        progress.clear()
        return told(repo, desk.VIBE, work, result, key=key, begun=begun)


def council_of(policy: Policy) -> CouncilConfig:
    """Return the council that the policy configures; UsageError if nobody is in it."""
    config = from_mapping(policy.council)
    if not config.judges:
        raise UsageError("the policy of the base names no judges", "land [council.judges.NAME] in the policy first")
    return config


def told(repo: Repo, gate: str, work: desk.Judged, result: CouncilResult, *, key: str | None, begun: str) -> int:
    """Print what the council came to, record it if it is a verdict, and return the exit code.

    ``begun`` is the attempt that was recorded before the judges were asked.
    """
    click.echo(report.terminal(result, width(sys.stdout)), nl=False)
    if result.verdict is None:
        return _undecided(repo, gate, work, result, key=key, begun=begun)
    made = desk.Made(
        result.verdict,
        result.judges,
        result.mechanical,
        result.finding_ids,
        result.findings_digest,
        result.not_checked,
        begun,
        result.unseen,
    )
    statement = desk.statement(repo, gate, work.transition, work.policy, made)
    record = desk.keep(repo, [gate], statement, key)
    page = desk.write_twin(repo, record, statement, more=report.markdown(result))
    click.echo(f"\nrecorded {record.id} (attempt {statement.attempt})" + (f", to read in {page}" if page else ""))
    if statement.verdict == "FAIL":
        return EXIT_BLOCKED
    if statement.verdict == "WARN":
        click.echo(f"somebody else can take it on: {ack_command(record.id, statement.findings)}")
    click.echo("next: agentops-gate verdict publish")
    return EXIT_OK


def _undecided(repo: Repo, gate: str, work: desk.Judged, result: CouncilResult, *, key: str | None, begun: str) -> int:
    heard = any(opinion.answer for opinion in result.opinions)
    if not heard:
        desk.unheard(repo, gate, work.transition, begun, key)
    click.echo(f"\nno verdict was recorded; the attempt {'counts' if heard else 'does not count: nobody answered'}")
    return EXIT_UNDECIDED
