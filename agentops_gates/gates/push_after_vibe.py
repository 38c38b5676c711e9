"""Stops a push to a protected branch of what nobody else has judged.

What it does
------------
Asks for a verdict on exactly what a push does to a protected branch: from where the branch stands to where it would go.
Verdicts are records below `refs/agentops/verdicts/`, made by `agentops-gate vibe` and published together with the
branch. One counts if all of this holds:

- it is about this repository, this branch, this base commit and this result, under this policy, and every state that
  any pushed commit has was judged. So a changed message and a squash keep it, one more line and a commit hidden in the
  middle do not, and what was spent before a revert does not come back;
- nobody who judged is an author, a co-author or the one who pushes, and none worked in the same session;
- it is signed where the policy asks for that, it has neither expired nor been revoked, and no FAIL stands for the same
  result, however old;
- the other gates, run again over the same range, do not fail: their result is taken together with the judges', and the
  worst of them counts.

When the base moved meanwhile, a verdict is derived, unless the policy says `rebase = "strict"`: every commit must be
the same patch, the result must be what was judged with the base's own changes put on top, and the base must not have
touched the same files (AG110).

How far an acceptance can be trusted is printed with it (AG112), as a level from 0 to 4, never rounded up.

Why
---
An agent that writes, judges and pushes its own work is asked by nobody. A note that says "judged" is true of some
state; what matters is whether it is true of the one that lands, and whether somebody else said it.

What blocks
-----------
- AG101: there is no verdict for this, or a new protected branch would begin where no protected branch is.
- AG102: the nearest one differs, and the message says in which field; or the branch is at another place by now than
  where the change began, and nobody judged what comes of merging the two.
- AG103: it is a FAIL, a FAIL stands for the same result, or the other gates fail now.
- AG104: it is a WARN that nobody else has acknowledged (`warn`).
- AG105: it does not reach the level that the policy asks for, or is signed by somebody who did not judge.
- AG106: a judge is one of the authors, or pushes.
- AG107: it has expired, was revoked, or is of the future.
- AG108: the third FAIL for the same work, where runs that were broken off count from the third on: only a person's
  override opens.
- AG111: the branch would be deleted, or would lose commits. No verdict is about that.

Where CI runs for a push, the branch has moved already. The same is asked then, of each move where a push brings several
that were judged one by one (a merge queue's), and what fails also names the commit since which no verdict covers the
branch.

Without judges in the policy of the base nothing is asked for, and the gate is a skip. Nor are branches judged that the
policy does not protect (`[protected]`), and tags: no setting protects a tag, the server's own rules do. A range that
touches nothing but paths in `exempt` needs no verdict; what a commit changes and a later one changes back counts too,
and a merge counts by the parent that it is nearest to. Nor does a new branch where a protected one is at that moment. A
FAIL for the result stops both.

`level` makes all of it warnings ("warn"), notes of what would be blocked ("trial") or nothing ("off").

How to pass
-----------
Have it judged, and publish the verdict together with the branch:

    agentops-gate vibe
    agentops-gate verdict publish

After a FAIL, change what was found. A WARN is taken on by somebody who neither wrote nor judged the change, who names
each finding; the message has the command for them. Where a gate warns, that makes a WARN as well, and is one more
finding (`check:GATE`): mend it, have it taken on, or land `advisory = ["GATE"]` for a gate that only advises. What is
on fire is opened by a person named in `[verdicts] humans`, by a signed override for this one transition, for a day at
most; it is shown wherever the gate runs (AG109).

In CI the range is found from the provider's environment, and the records have to be fetched (the Action does it);
elsewhere name the branch it goes to:

    agentops-gate check --base origin/main --ref refs/heads/main

What it cannot see
------------------
- Whether a judge is who it says, below level 2: whoever can write a record can write any name into it.
- A push that calls no hook (`--no-verify`, another client, a remote on the same disk): the same gate in CI and on the
  server is what stops it. Level 3 is reached there only.
- What is on the remote and was never fetched: the base is where this clone saw the branch last, in doubt undecided.
- The names of people behind several addresses, and sessions that no commit names.

References
----------
- in-toto Statement v1: https://github.com/in-toto/attestation
- SLSA source track, continuity: https://slsa.dev/spec/draft/source-requirements

"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from ..git.repo import Repo
from ..model.errors import SkippedError
from ..model.finding import Finding
from ..model.gate import Gate, Rule, Setting
from ..model.light import TYPE_CHECKING
from ..model.subject import Subject
from ..model.text import printable
from ..policy.paths import matches
from ..policy.policy import Policy
from .by_verdict import accepted, final, settings, trust, word
from .decided import decided

if TYPE_CHECKING:
    from ..model.verdict import Decision, Word
    from ..verdicts.verify import Past, Trust
    from .registry import Checks

_HEADS = "refs/heads/"
_SAID = {"fail": "fails", "warn": "warns"}
_RECORDS = "refs/agentops/"
_FETCH = "git fetch origin '+refs/agentops/*:refs/agentops/*'"

META = Gate(
    id="push-after-vibe",
    title="Stop pushes that nobody else has judged",
    rules=(
        Rule(
            "AG101",
            "no-verdict",
            "error",
            "There is no verdict on this change.",
            "What goes to a protected branch is judged first, by somebody who did not write it. Have it judged "
            "(`agentops-gate vibe`), and publish the verdict together with the branch:"
            "\n\n    agentops-gate verdict publish",
        ),
        Rule(
            "AG102",
            "verdict-does-not-match",
            "error",
            "The nearest verdict is about something else.",
            "A verdict is good for one branch, one base, one result and one policy, and for the states that were "
            "judged. The message names the first field that differs. Have what is there now judged; if only the base "
            "moved, the message says why the verdict cannot be derived.",
        ),
        Rule(
            "AG103",
            "verdict-fail",
            "error",
            "A FAIL stands, or the other gates fail.",
            "A FAIL for this very result counts for good, also after a PASS by others: to ask again until somebody "
            "agrees is no judgement. Change what was found and have the new state judged. Where other gates fail, "
            "correct what they found: no verdict outweighs them.",
        ),
        Rule(
            "AG104",
            "warn-not-acknowledged",
            "error",
            "A WARN that nobody else has taken on.",
            "Mend what was found and have it judged again, or let somebody who neither wrote nor judged the change "
            "acknowledge each finding (`agentops-gate verdict ack`). `warn` in the policy can let every WARN pass, or "
            "none, and `advisory` names gates whose warnings make none.",
        ),
        Rule(
            "AG105",
            "level-too-low",
            "error",
            "The verdict does not reach the level that the policy asks for.",
            "The message says which step is missing. Level 2 takes the signature of a judge whose key the author's "
            "account cannot read; level 3 is reached on a server or in a required workflow only. A signature by "
            "somebody who is no judge of the verdict counts for nothing.",
        ),
        Rule(
            "AG106",
            "self-approval",
            "error",
            "A judge is one of the authors, or pushes.",
            "Authors, committers, co-authors, their signing keys and sessions (`Agent-Session:`) are compared with the "
            "judges. Have it judged by somebody who did not work on it.",
        ),
        Rule(
            "AG107",
            "verdict-ended",
            "error",
            "The verdict has expired or was revoked.",
            "Verdicts live for `lifetime_hours` by the verifier's clock, and end when somebody revokes them or the key "
            "that signed them. Have it judged again.",
        ),
        Rule(
            "AG108",
            "escalated",
            "error",
            "Three strikes: a person decides.",
            "After the third FAIL for the same work the attempts are over; a run of judges that ends without a verdict "
            "is forgiven twice, and then counts. Somebody whom the policy names under "
            "`humans` looks at it, and opens it by a signed override or says what else to do.",
        ),
        Rule(
            "AG109",
            "override-used",
            "warning",
            "A person opened this in spite of what the records say.",
            "An override is signed, for one transition, and for a day at most. It is shown wherever the gate runs, so "
            "that it is seen who decided and why.",
        ),
        Rule(
            "AG110",
            "verdict-derived",
            "note",
            "The base moved, and the verdict was derived.",
            "The same patches were judged on an older base, and what landed since touched none of their files. "
            '`rebase = "strict"` in `[verdicts]` asks for a new verdict instead.',
        ),
        Rule(
            "AG111",
            "protected-ref-rewound",
            "error",
            "A protected branch would be deleted, or lose commits.",
            "What was landed stays: others have built on it. Rebase onto the branch or merge it, and push without "
            "force; to take something back, revert it. Whoever administers the server deletes a protected branch.",
        ),
        Rule(
            "AG112",
            "accepted",
            "note",
            "What was accepted, by which record, at which level.",
            "Level 0 is recorded, 1 bound to this change, 2 signed with a key out of the author's reach, 3 verified "
            "where the author cannot change the verifier, 4 judged by two independent parties.",
        ),
    ),
    stages=("pre-push",),
    kinds=("range", "deletion"),
    settings=(
        Setting(
            "level",
            "choice",
            "error",
            'What a finding does: "trial" only notes what it would block.',
            "later",
            ("error", "warn", "trial", "off"),
        ),
        Setting("exempt", "globs", (), "Globs of paths whose changes need no verdict.", "more"),
        Setting(
            "warn",
            "choice",
            "ack",
            "What a WARN does: nothing, blocks until somebody else acknowledges it, or blocks.",
            "later",
            ("fail", "ack", "pass"),
        ),
        Setting("advisory", "strings", (), "Gates whose warnings count as a PASS; their failures count.", "more"),
    ),
    mechanical=False,
    weighs=True,
)


def check(subject: Subject, policy: Policy, repo: Repo, checks: Checks | None = None) -> Iterator[Finding]:
    """Yield why ``subject`` may not move its target, or what opens it.

    ``checks`` asks what the mechanical gates conclude about it; without it they are run here. Raises SkippedError where
    no verdict is asked for, UndecidedError where git or OpenSSH cannot tell.
    """
    own = settings(policy, META.id)
    if not subject.target:
        raise SkippedError("no ref is named, so nobody knows whether it is protected", "give --ref refs/heads/NAME")
    branch = subject.target.removeprefix(_HEADS)
    if branch == subject.target or not matches(branch, policy.protected):
        raise SkippedError(f"{printable(subject.target)} is not protected")
    yield from final(_judged(subject, policy, repo, checks), own["level"])


def _judged(subject: Subject, policy: Policy, repo: Repo, checks: Checks | None) -> Iterator[Finding]:
    ref = printable(subject.target)
    if subject.head is None:
        message = f"{ref} is protected and would be deleted"
        yield Finding("AG111", "error", message, fix="leave it, or ask whoever administers the server")
        return
    advisory = policy.gates[META.id]["advisory"]
    told: list[str] = []
    known: list[Word] = []

    def mechanical() -> Word:
        if not known:
            results = (checks or _asked(subject, repo))()
            weighty = [result for result in results if result.outcome == "fail" or result.id not in advisory]
            told.extend(f"{one.id} {_SAID[one.outcome]} now" for one in weighty if one.outcome in _SAID)
            known.append(word(results, advisory))
        return known[0]

    decision = decided(repo, subject, policy, META.id, mechanical, trusted=trust(repo, subject, policy))
    if decision is None:
        return
    data: Mapping[str, object] = {}
    if subject.landed:
        from .landed import audited

        def part(
            one: Subject, its: Policy, trusted: Trust, past: Past | None, found: Callable[[], Word]
        ) -> Decision | None:
            return decided(repo, one, its, META.id, found, trusted=trusted, past=past)

        decision, data = audited(repo, subject, policy, decision, ask=part, gate=META.id)
    found = _told(decision, ref, subject.head, told)
    if found.rule == "AG101" and subject.door == "ci" and not repo.git.text("for-each-ref", "--count=1", _RECORDS):
        found = found._replace(fix=f"there are no records here at all; to fetch them:\n    {_FETCH}\n{found.fix}")
    yield found._replace(data={**found.data, **data})


def _asked(subject: Subject, repo: Repo) -> Checks:
    from .engine import run
    from .registry import mechanical

    return lambda: run(repo, [subject], mechanical(subject.kind)).gates


def _told(decision: Decision, ref: str, head: str, told: Sequence[str]) -> Finding:
    """Return the one thing to say of a decision."""
    if decision.accepted:
        return accepted(decision, decision.rule or "AG112", ref, head)
    data: dict[str, object] = {"record": decision.by} if decision.by else {}
    if told:
        data["why"] = list(told)
    message = decision.reason if ref in decision.reason else f"{ref}: {decision.reason}"
    return Finding(decision.rule, "error", message, commit=head, fix=decision.fix, data=data)
