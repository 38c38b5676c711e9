"""Stops work on a big epic whose plan nobody has attacked yet.

What it does
------------
Finds out which epic work is for: by its branch (`crank/<epic>`) or by a trailer `Epic: <epic>` in any paragraph of a
commit message. The epic is a plan file (`.agents/plans/<epic>.md`, whose front matter lists `issues`), an epic in the
tracker's export (`.beads/issues.jsonl`), or both. From `min_issues` (3) on, its commits wait for a verdict on the plan
as it is now: somebody who did not write it has said what will go wrong.

Issues are counted when it matters and over all epics that belong together: plans with a common parent, lineage or
issue, parts of one epic in the tracker, and issues that only the commits name. The plans of the base count too, so a
plan that the change itself shortens is as long as it was.

It runs on the message of a commit that is being made (the plan is read from the index), and on every commit of a push
or of a CI run (the plan is read from the head).

Why
---
A flaw in a plan costs a sentence before the work and weeks after it, and a loop of agents builds a flawed plan as
eagerly as a good one. What was predicted is written down with a number, so that it can be compared with what came.

What blocks
-----------
- AG201: the plan has no pre-mortem, or one that does not count any more: expired, revoked, by its own authors, under
  another policy, below the level that the policy asks for.
- AG202: the plan changed after its pre-mortem. Only a `status:` line, and progress in the tracker, may.
- AG203: the pre-mortem is a FAIL, a WARN that nobody else has acknowledged, or the third FAIL.
- AG204: nobody knows the epic, its plan cannot be read, or a commit is for two epics.
- AG205: the loop goes on where it should stop: a wave beyond the fiftieth (`Wave:`), `Epic-Complete:` for another epic,
  or work on an issue that has failed three times (`Strike:`).

AG206 notes what became of the predictions that commits name, AG207 which verdict a push or a CI run relied on, at which
level. Commits that touch nothing but plans and the tracker are planning, and pass without a verdict.

Without judges in the policy of the base nothing is asked for, and the gate is a skip. `level` makes all of it warnings
("warn"), notes of what would be blocked ("trial") or nothing ("off").

How to pass
-----------
Have the plan attacked, mend what is found, and publish the verdict:

    agentops-gate pre-mortem .agents/plans/login.md
    agentops-gate verdict publish

Do so again whenever the plan changes. A WARN is taken on by somebody who neither wrote nor judged the plan, who names
each finding; a person named in `[verdicts] humans` can override, signed, for a day.

    agentops-gate verdict ack VERDICT --finding ID --reason WHY
    agentops-gate verdict override --plan login --reason WHY --key FILE
    agentops-gate verdict verify --plan login

When a prediction comes true, or cannot any more, say so in the commit: `Predicted-By: pm-2 HIT`, `Predicted-By: pm-2
MISS`; what nobody had foreseen is `Predicted-By: nobody`.

What it cannot see
------------------
- Work for an epic that neither its branch nor a trailer names.
- That two plans belong together, if nothing in a tree ties them; a plan that was deleted in an earlier change.
- Strikes and waves that no commit of the range owns up to; those that landed before are not read again.
- Who really writes a commit that is being made: the local hook believes git's configuration. The push is judged by the
  commits themselves.

References
----------
- G. Klein, "Performing a Project Premortem", Harvard Business Review, September 2007
- D. J. Mitchell, J. E. Russo, N. Pennington, "Back to the Future", Journal of Behavioral Decision Making 2, 1989

"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from ..git.repo import Repo
from ..model.errors import UndecidedError
from ..model.finding import Finding
from ..model.gate import Gate, Rule, Setting
from ..model.light import TYPE_CHECKING, NamedTuple
from ..model.subject import Subject
from ..model.text import printable
from ..policy.policy import Policy
from .by_verdict import accepted, final, settings, trust

if TYPE_CHECKING:
    from ..model.verdict import Decision, Statement, Transition
    from ..verdicts.crank import Shelf, Work

META = Gate(
    id="pre-mortem-before-crank",
    title="Stop work on a plan that nobody attacked",
    rules=(
        Rule(
            "AG201",
            "no-pre-mortem",
            "error",
            "The epic's plan has no pre-mortem that counts.",
            "An epic of three issues or more is built when somebody who did not plan it has said what will go wrong. "
            "Have the plan attacked, mend what is found, and publish the verdict (`agentops-gate verdict publish`):"
            "\n\n    agentops-gate pre-mortem .agents/plans/login.md",
        ),
        Rule(
            "AG202",
            "plan-changed",
            "error",
            "The plan changed after its pre-mortem.",
            "A verdict is about one plan, to the letter, and its issues: what was added since has not been attacked. "
            "Run the pre-mortem again, or take the edit back. A `status:` line and progress in the tracker change "
            "nothing.",
        ),
        Rule(
            "AG203",
            "pre-mortem-not-passed",
            "error",
            "The pre-mortem did not pass the plan.",
            "After a FAIL, change the plan where it was found to break and have it judged again; a WARN can also be "
            "acknowledged by somebody who neither wrote nor judged it. After three FAIL verdicts a person decides.",
        ),
        Rule(
            "AG204",
            "epic-unknown",
            "error",
            "The epic is not known, or its plan cannot be read.",
            "What nobody can read nobody can count. Write the plan where the finding says, its issues between two "
            "lines of dashes on top, or correct the name of the epic in the branch or the trailer. A commit is for one "
            "epic."
            "\n\n    issues: [app-1, app-2]",
        ),
        Rule(
            "AG205",
            "loop-does-not-stop",
            "error",
            "The loop goes on where it should stop.",
            "An epic has fifty waves at most, and an issue that failed three times is left to a person: what did not "
            "work by then is not a matter of one more try. The end is said by `Epic-Complete: <epic>`, for this epic.",
        ),
        Rule(
            "AG206",
            "predictions-scored",
            "note",
            "What became of the predictions.",
            "Commits say it with `Predicted-By:`. Predictions that come true were worth making; many surprises mean "
            "that the pre-mortem looked elsewhere.",
        ),
        Rule(
            "AG207",
            "plan-accepted",
            "note",
            "Which pre-mortem was relied on, at which level.",
            "Level 0 is recorded, 1 bound to this plan, 2 signed with a key out of the author's reach, 3 verified "
            "where the author cannot change the verifier, 4 judged by two independent parties. An override by a "
            "person is a warning.",
        ),
    ),
    stages=("commit-msg", "pre-push"),
    kinds=("message", "range"),
    settings=(
        Setting(
            "level",
            "choice",
            "error",
            'What a finding does: "trial" only notes what it would block.',
            "later",
            ("error", "warn", "trial", "off"),
        ),
        Setting("min_issues", "integer", 3, "Issues from which on an epic needs a pre-mortem.", "higher", minimum=1),
        Setting("plans", "path", ".agents/plans", "The folder of the plans, one file for each epic."),
        Setting("tracker", "path", ".beads/issues.jsonl", "The tracker's export, where there is one."),
    ),
    mechanical=False,
)
# What the decision on a verdict says, in this gate's rules; what is not here is no pre-mortem that counts.
_RULES = {"AG103": "AG203", "AG104": "AG203", "AG108": "AG203"}


def check(subject: Subject, policy: Policy, repo: Repo) -> Iterator[Finding]:
    """Yield why work for an epic has to wait, and what is noted of its pre-mortem.

    Raises SkippedError where the policy asks for none, UndecidedError where git or OpenSSH cannot tell.
    """
    own = settings(policy, META.id)
    yield from final(_found(subject, policy, repo), own["level"])


class _Asked(NamedTuple):
    """What is asked of one epic: the plans (read when they are needed), all the work at hand, and the epic's."""

    shelf: Callable[[], Shelf]
    works: Sequence[Work]
    work: Work


def _found(subject: Subject, policy: Policy, repo: Repo) -> Iterator[Finding]:
    from ..verdicts import crank

    works, faults = crank.works(repo, subject)
    for fault in faults:
        yield _finding("AG204", fault.text, "name the one epic that this is for", fault.commit)
    if not works:
        return
    own = policy.gates[META.id]
    shelf = cache(lambda: crank.shelf(repo, subject, own))
    for work in works:
        yield from _looping(work)
        waiting = list(_waiting(subject, policy, repo, _Asked(shelf, works, work)))
        if any(finding.level == "error" for finding in waiting) and crank.only_planning(repo, subject, work, own):
            continue
        yield from waiting


def _looping(work: Work) -> Iterator[Finding]:
    from ..verdicts.loop import completion_faults, strike_faults, wave_faults

    stop = "stop here, and hand it to a person"
    faults = (*wave_faults(work.commits), *completion_faults(work.epic, work.commits), *strike_faults(work.commits))
    for fault in faults:
        yield _finding("AG205", f"epic {work.epic}: {fault.text}", stop, fault.commit)


def _waiting(subject: Subject, policy: Policy, repo: Repo, asked: _Asked) -> Iterator[Finding]:
    """Yield why the work for one epic has to wait for its pre-mortem, or what is noted of that."""
    from ..verdicts import crank, plan_verdict

    own, work = policy.gates[META.id], asked.work
    epic, last = work.epic, work.commits[-1].oid
    path = f"{own['plans']}/{epic}.md"
    try:
        plan = asked.shelf().plan(epic, path)
        issues = asked.shelf().issues(epic, asked.works)
    except UndecidedError as error:
        yield _finding("AG204", f"epic {epic}: {error}", error.fix, last)
        return
    if plan is None:
        message = f"epic {epic} has no plan: neither {printable(path)} nor the tracker tells of it"
        yield _finding("AG204", message, f"write {printable(path)}, or correct the name of the epic", last)
    elif len(issues) >= own["min_issues"]:
        move = plan_verdict.transition(repo, plan, policy, crank.authors(repo, subject, policy, work))
        decision = _decided(subject, policy, repo, move)
        record = _statement(repo, decision.by, subject.station.incoming)
        if decision.accepted:
            yield from _relied(decision, record, subject, work)
        else:
            refused = _refused(decision, record, move, f"epic {epic} ({len(issues)} issues)", path)
            yield refused._replace(commit=last or None)


def _decided(subject: Subject, policy: Policy, repo: Repo, move: Transition) -> Decision:
    from ..verdicts import plan_verdict
    from ..verdicts.verify import verify

    return verify(
        repo,
        move,
        policy,
        META.id,
        mechanical=lambda: "PASS",
        now=int(time.time()),
        trust=trust(repo, subject, policy),
        pusher=subject.station.pusher,
        boundary=subject.station.boundary,
        incoming=subject.station.incoming,
        known=plan_verdict.FACTS,
    )


def _relied(decision: Decision, record: Statement | None, subject: Subject, work: Work) -> Iterator[Finding]:
    """Yield what a push relies on, and what became of the predictions that its commits name."""
    # A commit that is being made is one of many, and its push says it all again; an override is shown everywhere.
    if subject.kind != "range" and decision.rule != "AG109":
        return
    yield accepted(decision, "AG207", f"the plan of {work.epic}", subject.head)
    told = any(b"predicted-by" in commit.message.lower() for commit in work.commits)
    if told and record is not None:
        from ..verdicts.predictions import report, score

        first, *rest = report(score(record.findings, work.commits))
        data = {"why": rest} if rest else {}
        yield Finding("AG206", "note", f"epic {work.epic}: {first}", commit=subject.head, data=data)


def _refused(decision: Decision, record: Statement | None, move: Transition, about: str, path: str) -> Finding:
    """Return the one thing to say of a refusal, in this gate's rules."""
    fix = decision.fix.replace("pre-mortem PLAN", f"pre-mortem {printable(path)}")
    other = record is not None and record.ref != move.ref
    if decision.rule == "AG101" or other:
        # The nearest verdict is about another plan, which says nothing to somebody who is asked for this one's.
        return Finding("AG201", "error", f"{about} has no pre-mortem of its plan", fix=fix)
    rule = _RULES.get(decision.rule, "AG201")
    if rule == "AG201" and record is not None and record.plan != move.plan:
        rule = "AG202"
    words = "the plan changed after its pre-mortem: " if rule == "AG202" else ""
    data = {"record": decision.by} if decision.by else {}
    return Finding(rule, "error", f"{about}: {words}{decision.reason}", fix=fix, data=data)


def _statement(repo: Repo, name: str, incoming: Sequence[tuple[str, str]]) -> Statement | None:
    """Return what the verdict of this id says; None for an override, and for no id at all."""
    from ..model.verdict import Statement
    from ..verdicts import records

    if not name.startswith("verdict-"):
        return None
    found = (item.record for item in records.load(repo, META.id, incoming) if item.id == name and item.record)
    contents = (records.content_of(META.id, record) for record in found)
    return next((content for content in contents if isinstance(content, Statement)), None)


def _finding(rule: str, message: str, fix: str, commit: str) -> Finding:
    return Finding(rule, "error", message, commit=commit or None, fix=fix)
