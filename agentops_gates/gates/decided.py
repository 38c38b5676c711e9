"""Decides about a range that goes to a protected branch: what is judged there, and what is let in without a verdict."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from ..git.repo import Repo
from ..model.light import TYPE_CHECKING
from ..model.subject import Subject
from ..model.text import printable
from ..policy.paths import matches
from ..policy.policy import Policy

if TYPE_CHECKING:
    from ..model.verdict import Decision, Transition, Word
    from ..verdicts.verify import Past, Trust


def decided(
    repo: Repo,
    subject: Subject,
    policy: Policy,
    gate: str,
    mechanical: Callable[[], Word],
    *,
    trusted: Trust,
    past: Past | None = None,
) -> Decision | None:
    """Return what is decided of a range by the verdicts of ``gate``; None where it needs none.

    ``mechanical`` says what the mechanical gates make of it, ``trusted`` whose signatures count, ``past`` the records
    where those of today do not count. Raises UndecidedError where git or OpenSSH cannot tell.
    """
    from ..verdicts.verify import verify

    move = _move(repo, subject, policy)
    if _to_be_merged(subject):
        # Where there is nothing to merge, nothing will change.
        return None if move.base == move.head else _behind(move, subject.old or "")
    own, station = policy.gates[gate], subject.station
    wrong = _misplaced(subject)
    free = not wrong and move.fast_forward and _needs_none(repo, move, own["exempt"])
    found = verify(
        repo,
        move,
        policy,
        gate,
        mechanical=(lambda: "PASS") if free else mechanical,
        now=int(time.time()),
        warn=own["warn"],
        trust=trusted,
        pusher=station.pusher,
        # What has landed is asked as by the door that should have stopped it; its level is cut down afterwards.
        boundary="ci" if subject.landed else station.boundary,
        incoming=station.incoming,
        past=past,
        origin=wrong,
        free=free,
    )
    return None if found.accepted and not found.by else found


def _to_be_merged(subject: Subject) -> bool:
    """Whether nothing has been pushed yet, and the target is not where this began any more."""
    return subject.ref is None and bool(subject.old) and subject.old not in subject.bases


def _misplaced(subject: Subject) -> str:
    """Return what is wrong with where a new protected branch begins: anywhere but where one is now.

    A push lands with all its commits, and a verdict speaks for where they lead to: one in the middle may have been
    judged a FAIL, or by nobody, and nothing in git says where a branch has been.
    """
    other = next((base for base in subject.bases if base not in subject.tips), "") if subject.tips is not None else ""
    return f"is new and would begin at {other[:12]}, where no protected branch is" if other else ""


def _move(repo: Repo, subject: Subject, policy: Policy) -> Transition:
    from ..verdicts.transition import read
    from ..verdicts.work import plan_of

    assert subject.head is not None
    plan = plan_of(repo, subject.base, subject.head, policy)
    return read(repo, subject, subject.target, policy, plan, old=subject.old, changes=False)


def _behind(move: Transition, tip: str) -> Decision:
    """Refuse what begins at an older state of its target: no verdict is about what comes of merging the two."""
    from ..model.verdict import Decision

    ref = printable(move.ref)
    words = f"{ref} is at {tip[:12]}, and this left it at {move.base[:12]}: nobody has judged what both together are"
    fix = f"rebase onto it (git rebase {tip[:12]}), or let the pipeline look at the merge result"
    return Decision(False, 0, "", words, fix, rule="AG102")


def _needs_none(repo: Repo, move: Transition, exempt: Sequence[str]) -> bool:
    """Whether the move brings nothing that the base lacks, or nothing but changes of exempt paths."""
    if move.base == move.head:
        return True
    if not exempt:
        return False
    from ..verdicts.transition import nothing_but

    return nothing_but(repo, move, lambda path: matches(path, exempt))
