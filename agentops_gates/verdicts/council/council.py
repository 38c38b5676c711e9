"""Runs a council: checks, packets, judges, and what their answers make together. It records nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from threading import Event

from ...git.repo import Repo
from ...model.errors import UndecidedError
from ...model.light import NamedTuple
from ...model.text import printable
from ...model.verdict import WORDS, Judge, Mechanical, Plan, Transition, Word
from ..word import worst
from . import budget, checks, coverage, fold, judges, packet, sizing, snapshot, worktree
from .answer import Answer, JudgeFinding
from .config import CouncilConfig, Size
from .judges import Opinion, Progress
from .orphans import Orphans
from .packet import Case, Material, Result
from .prompts import Kind
from .sizing import Seat


class Found(NamedTuple):
    """A finding with its judge. ``id`` is ``<judge>:<the judge's own id>``, which is what an ack names."""

    id: str
    judge: str
    severity: str
    description: str
    location: str
    fix: str


class Predicted(NamedTuple):
    """A prediction with its judge; ``id`` is ``<judge>:<the judge's own id>``."""

    id: str
    judge: str
    text: str


class CouncilResult(NamedTuple):
    """Everything that a statement needs, and what a report tells.

    ``verdict`` is the worst of the council's word and every mechanical result; None is undecided, and ``problems`` say
    why: nothing may then be recorded as a verdict, but the attempt counts. ``council`` is the judges' word alone, or
    None if nobody answered. ``judges``, ``mechanical``, ``not_checked`` and ``unseen`` (paths that nobody checked and
    that the policy does not require) are sorted as a statement wants them; ``opinions`` has everybody who was asked, in
    order. ``seconds`` is how long it took.
    """

    verdict: Word | None
    council: Word | None
    problems: tuple[str, ...]
    size: Size
    judges: tuple[Judge, ...]
    mechanical: tuple[Mechanical, ...]
    findings: tuple[Found, ...]
    predictions: tuple[Predicted, ...]
    not_checked: tuple[str, ...]
    unseen: tuple[str, ...]
    opinions: tuple[Opinion, ...]
    seconds: float

    @property
    def finding_ids(self) -> tuple[str, ...]:
        """The ids of the findings, sorted."""
        return tuple(sorted(finding.id for finding in self.findings))

    @property
    def findings_digest(self) -> str:
        """The SHA-256 of all that the judges found, in one form."""
        return sha256(budget.encode(sorted(self.findings))).hexdigest()


def run_council(
    repo: Repo,
    transition: Transition,
    config: CouncilConfig,
    *,
    gate: str,
    size: Size | None = None,
    kind: Kind = "range",
    plan: Plan | None = None,
    plan_text: str = "",
    mechanical: Sequence[Mechanical] = (),
    learnings: Sequence[str] = (),
    environ: Mapping[str, str] = os.environ,
    progress: Progress = lambda names, seconds: None,
) -> CouncilResult:
    """Have ``transition`` (or, for ``kind`` "plan", the plan) judged by the judges of ``config``.

    ``plan`` is the transition's unless it is given. ``size`` is what :func:`sizing.council_for` says; by default the
    plan's issues decide, as those of a plan that the change brings itself. ``mechanical`` are the results of the gates,
    to which those of ``config.checks`` are added. ``learnings`` are texts for the packet. ``progress`` is called with
    who is at work and the seconds since that part began.

    Judges never raise; what goes wrong with them makes the result undecided or worse, never better. Raises
    UndecidedError when the repository cannot be read or no scratch folder can be made.
    """
    if os.name != "posix":
        raise UndecidedError("a council needs process groups, which this system does not have", "use Linux or macOS")
    started = time.monotonic()
    plan = plan or transition.plan
    size = size or sizing.size_of(len(plan.issues) if plan else None, landed=False)
    case = Case(kind, gate, transition, size, plan, plan_text, tuple(learnings))
    before = snapshot.take(repo, transition.ref)
    sitting = _sit(repo, case, config, mechanical=mechanical, environ=environ, progress=progress)
    after = snapshot.take(repo, transition.ref)
    changed = [f"{what} changed while the council sat" for what in snapshot.differences(before, after)]
    return _result(sitting, config, case, changed, started)


class _Sitting(NamedTuple):
    found: Material
    mechanical: tuple[Mechanical, ...]
    opinions: tuple[Opinion, ...]
    problems: tuple[str, ...]


def _sit(
    repo: Repo,
    case: Case,
    config: CouncilConfig,
    *,
    mechanical: Sequence[Mechanical],
    environ: Mapping[str, str],
    progress: Progress,
) -> _Sitting:
    transition = case.transition
    found = packet.gather(repo, case, _largest(config))
    # A file that is back as it was concerns who looks after it as well: its states in between are judged.
    paths = {*transition.paths, *found.names, *found.former.values()}
    seats = sizing.seats(config, case.size, sorted(paths))
    if not seats:
        problem = f"no judge is configured for a {case.size} council on this change"
        return _Sitting(found, tuple(mechanical), (), (problem,))
    opinions: tuple[Opinion, ...] = ()
    with Orphans() as orphans:
        begun = lambda name: progress(name, 0.0)  # noqa: E731
        # Checks run the author's code: it has come to its end before there is a folder for judges.
        done = checks.run(repo, transition.head_tree, config, environ, orphans, progress=begun)
        results = [*map(Result, mechanical), *done.results]
        problems = [done.problem] if done.problem else []
        # Without all checks there is no result, whatever judges would say.
        if not problems:
            with worktree.scratch(repo) as folder:
                table = judges.Table(repo, case, config, found, results, folder, environ, Event())
                opinions = judges.ask_all(table, seats, progress)
                problems = [*_empty(seats, opinions), *_missing(config, opinions)]
                if left := orphans.end():
                    problems.append(f"{left:,} processes that judges started cannot be ended")
    return _Sitting(found, tuple(result.mechanical for result in results), opinions, tuple(problems))


def _result(
    sitting: _Sitting, config: CouncilConfig, case: Case, changed: Sequence[str], started: float
) -> CouncilResult:
    opinions, problems = sitting.opinions, (*sitting.problems, *changed)
    gaps = coverage.unchecked(sitting.found, opinions, config.required)
    word = _council(opinions, gaps.required)
    return CouncilResult(
        _verdict(word, sitting.mechanical, problems),
        word,
        problems,
        case.size,
        tuple(sorted((_judge(opinion, opinion.answer) for opinion in opinions if opinion.answer), key=_by_who)),
        _worst_each(sitting.mechanical),
        tuple(_findings(opinions)),
        tuple(_predictions(opinions)),
        *gaps,
        opinions,
        time.monotonic() - started,
    )


def _largest(config: CouncilConfig) -> int:
    return max((budget.room(judge.context, config.share) for judge in config.judges), default=0)


def _empty(seats: Sequence[Seat], opinions: Sequence[Opinion]) -> Iterator[str]:
    """Yield why a seat is empty: whoever makes one judge stumble must not be judged by the others alone."""
    by_name = {opinion.judge.name: opinion for opinion in opinions}
    for seat in seats:
        asked = [by_name[judge.name] for judge in (seat.judge, *seat.fallbacks) if judge.name in by_name]
        if not any(opinion.answer for opinion in asked):
            why = "; ".join(f"{printable(opinion.judge.name)} {opinion.problem}" for opinion in asked)
            yield f"the seat of {printable(seat.judge.name)} is empty: {why}"


def _missing(config: CouncilConfig, opinions: Sequence[Opinion]) -> list[str]:
    """Return why these answers do not make a council."""
    answered = [opinion for opinion in opinions if opinion.answer]
    # A person belongs to no vendor and is as far from any as can be.
    named = {
        opinion.judge.principal if opinion.judge.human else opinion.judge.vendor.casefold() for opinion in answered
    }
    # Those of whom no vendor is known may all be of one, and of any that is known.
    vendors = len(named - {""}) or 1
    if len(answered) < max(config.quorum, 1):
        return [f"{len(answered)} of {len(opinions)} judges answered, and {max(config.quorum, 1)} must"]
    if vendors < config.vendors:
        return [f"those who answered are of {vendors} known vendor(s), and {config.vendors} are asked for"]
    return []


def _council(opinions: Sequence[Opinion], not_checked: Sequence[str]) -> Word | None:
    word = fold.fold([fold.word(opinion.answer) for opinion in opinions if opinion.answer])
    return "WARN" if word == "PASS" and not_checked else word


def _verdict(word: Word | None, mechanical: Sequence[Mechanical], problems: Sequence[str]) -> Word | None:
    words = [check.result for check in mechanical] + ([word] if word else [])
    # A FAIL stands: who could void it by touching a file in time would never have to fear one.
    if "FAIL" in words:
        return "FAIL"
    return None if problems or word is None else worst(words)


def _judge(opinion: Opinion, answer: Answer) -> Judge:
    judge = opinion.judge
    return Judge(
        printable(judge.principal),
        printable(judge.model),
        printable(judge.vendor),
        opinion.session,
        # Another model or vendor than the author's is a claim about the author, who could make it: only the session is
        # ours to know.
        "human" if judge.human else "session",
        fold.word(answer),
        opinion.digest,
    )


def _by_who(judge: Judge) -> tuple[str, ...]:
    return judge.principal, judge.vendor, judge.model, judge.session


def _worst_each(results: Sequence[Mechanical]) -> tuple[Mechanical, ...]:
    """Return one result for each check, sorted by its name: the worst, should it be there twice."""
    by_name: dict[str, Mechanical] = {}
    for result in results:
        known = by_name.get(result.check, result)
        by_name[result.check] = min(known, result, key=lambda one: WORDS.index(one.result))
    return tuple(by_name[name] for name in sorted(by_name))


def _findings(opinions: Sequence[Opinion]) -> list[Found]:
    return [
        Found(f"{printable(opinion.judge.name)}:{finding.id}", printable(opinion.judge.name), *finding[1:])
        for opinion in opinions
        if opinion.answer
        for finding in opinion.answer.findings or _unnamed(opinion.answer)
    ]


def _unnamed(answer: Answer) -> tuple[JudgeFinding, ...]:
    """Return the finding that a warning without findings is: whoever takes it on has to name something."""
    return () if answer.verdict == "PASS" else (JudgeFinding("verdict", "serious", answer.summary),)


def _predictions(opinions: Sequence[Opinion]) -> list[Predicted]:
    return [
        Predicted(f"{printable(opinion.judge.name)}:{one.id}", printable(opinion.judge.name), one.text)
        for opinion in opinions
        if opinion.answer
        for one in opinion.answer.predictions
    ]
