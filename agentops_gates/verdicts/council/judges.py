"""Asks judges: each in its own copy of the tree, in a clean environment, within its time; all at once, people last."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from hashlib import sha256
from threading import Event

from ...git.objects import Objects
from ...git.repo import Repo
from ...model.errors import AgentopsError
from ...model.light import NamedTuple
from ...model.text import printable
from ..strictjson import MalformedError
from . import answer, environment, worktree
from .answer import Answer
from .config import CouncilConfig, JudgeConfig
from .packet import Case, Material, Packet, Result, build
from .process import Kept, Program, execute
from .sizing import Seat

#: Told several times a second: who is at work, and for how many seconds the council has been.
Progress = Callable[[str, float], None]
_TURN = 0.2
_MOST_AT_ONCE = 16
_LONGEST_COMPLAINT = 200


class Opinion(NamedTuple):
    """What came of asking one judge: an answer, or a ``problem`` that says why there is none.

    ``digest`` is the SHA-256 of the answer's bytes, ``session`` was made up for this run and told to the judge.
    """

    judge: JudgeConfig
    answer: Answer | None
    problem: str
    attempts: int
    seconds: float
    digest: str = ""
    session: str = ""
    packet: Packet | None = None


class Table(NamedTuple):
    """What all judges of one council share. ``folder`` is scratch, ``results`` are those of the mechanical checks."""

    repo: Repo
    case: Case
    config: CouncilConfig
    material: Material
    results: Sequence[Result]
    folder: str
    environ: Mapping[str, str]
    stop: Event


class _Try(NamedTuple):
    answer: Answer | None = None
    problem: str = ""
    digest: str = ""
    # Another attempt could end differently.
    again: bool = True


def ask_all(table: Table, seats: Sequence[Seat], progress: Progress) -> tuple[Opinion, ...]:
    """Ask every seat's judge, and its fallbacks where it does not answer; return what came of it, in seats' order."""
    people = {seat.judge.name for seat in seats if any(judge.human for judge in (seat.judge, *seat.fallbacks))}
    found = _ask_programs(table, [seat for seat in seats if seat.judge.name not in people], progress)
    # Nobody should wait for an editor, and an editor needs the terminal to itself.
    found |= {seat.judge.name: _ask_seat(table, seat, {}) for seat in seats if seat.judge.name in people}
    return tuple(opinion for seat in seats for opinion in found[seat.judge.name])


def _ask_programs(table: Table, seats: Sequence[Seat], progress: Progress) -> dict[str, list[Opinion]]:
    started = time.monotonic()
    at_work: dict[str, str] = {}
    with ThreadPoolExecutor(min(_MOST_AT_ONCE, len(seats)) or 1) as pool:
        try:
            futures = {seat.judge.name: pool.submit(_ask_seat, table, seat, at_work) for seat in seats}
            _watch(futures.values(), lambda: progress(_names(at_work), time.monotonic() - started))
            return {name: future.result() for name, future in futures.items()}
        except BaseException:
            table.stop.set()  # or leaving the pool would wait for every judge
            raise


def _names(at_work: dict[str, str]) -> str:
    return ", ".join(sorted(at_work.copy().values()))  # a copy, as threads change it


def _watch(futures: Iterable[Future[list[Opinion]]], tell: Callable[[], None]) -> None:
    pending = set(futures)
    while pending:
        _, pending = wait(pending, timeout=_TURN)
        if pending:
            tell()


def _ask_seat(table: Table, seat: Seat, at_work: dict[str, str]) -> list[Opinion]:
    opinions: list[Opinion] = []
    for judge in (seat.judge, *seat.fallbacks):
        at_work[seat.judge.name] = judge.name
        opinions.append(_ask(table, judge))
        if opinions[-1].answer or table.stop.is_set():
            break
    at_work.pop(seat.judge.name, None)
    return opinions


def _ask(table: Table, judge: JudgeConfig) -> Opinion:
    started = time.monotonic()
    if judge.principal.casefold() in {author.casefold() for author in table.case.transition.authors}:
        return Opinion(judge, None, f"is an author of this change ({printable(judge.principal)})", 0, 0.0)
    packet = build(table.case, table.material, table.results, judge, table.config.share)
    if packet is None:
        room = f"{table.config.share} % of {judge.context:,} tokens"
        return Opinion(judge, None, f"has no room for a packet ({room})", 0, 0.0)
    session = f"council-{secrets.token_hex(8)}"
    try:
        program = _program(table, judge, session)
    except AgentopsError as error:
        return Opinion(judge, None, f"cannot be asked: {error}", 0, 0.0)
    made, attempts = _attempts(table, program, packet, started + table.config.timeout)
    seconds = time.monotonic() - started
    return Opinion(judge, made.answer, made.problem, attempts, seconds, made.digest, session, packet)


def _program(table: Table, judge: JudgeConfig, session: str) -> Program:
    place = worktree.place(table.folder)
    # The others' objects are being read in other threads, each by its own git.
    with Objects(table.repo.git) as objects:
        worktree.export(objects, table.case.transition.head_tree, place.tree, worktree.steers)
        worktree.adapters(objects, table.case.transition.base, place.base)
    names = (*table.config.environment, *judge.environment)
    if judge.human:
        names += ("TERM", "EDITOR", "VISUAL")
    more = {"AGENTOPS_JUDGE": judge.name, "AGENTOPS_JUDGE_MODEL": judge.model, "AGENTOPS_SESSION": session}
    env = environment.clean(table.repo, table.environ, names, place, more)
    command = environment.command(table.repo, judge.command, place, env["PATH"])
    return Program(command, place.folder, env, judge.human)


def _attempts(table: Table, program: Program, packet: Packet, until: float) -> tuple[_Try, int]:
    """Ask until there is an answer, for as long as there are time and attempts; return the last try and how many."""
    made, pause = _Try(), table.config.backoff
    for number in range(1, table.config.retries + 2):
        made = _try(table, program, packet, max(until - time.monotonic(), 0.1))
        if made.answer or not made.again or number > table.config.retries or until - time.monotonic() <= pause:
            return made, number
        table.stop.wait(pause)
        pause *= 2
    return made, 0  # not reached: the last attempt returns


def _try(table: Table, program: Program, packet: Packet, seconds: float) -> _Try:
    limit = table.config.output_limit
    out, err = Kept(limit), Kept(limit)
    ended = execute(program, packet.data, out, err, seconds=seconds, stopped=table.stop.is_set)
    if ended.problem or ended.code:
        # What could not be started, took too long or said too much would do so again.
        return _Try(problem=ended.problem or _exit(ended.code or 0, err.data), again=not ended.problem)
    try:
        found = answer.parse(out.data, limit)
    except MalformedError as error:
        return _Try(problem=f"gave no answer in the form asked for: {error}")
    return _Try(found, digest=sha256(out.data).hexdigest())


def _exit(code: int, said: bytes) -> str:
    end = f"was ended by signal {-code}" if code < 0 else f"exited with code {code}"
    last = next((line for line in reversed(said.split(b"\n")) if line.strip()), b"")
    complaint = printable(last.strip())
    if len(complaint) > _LONGEST_COMPLAINT:
        complaint = f"{complaint[:_LONGEST_COMPLAINT]}..."
    return f"{end}: {complaint}" if complaint else end
