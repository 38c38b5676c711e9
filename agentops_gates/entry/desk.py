"""Where verdicts are made: from a range or a plan to a statement, and from that to a stored record."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from .. import __version__
from ..gates.engine import run
from ..gates.registry import mechanical, metadata
from ..git.ranges import range_subject
from ..git.repo import Repo
from ..model.errors import UndecidedError, UsageError
from ..model.finding import GateResult
from ..model.light import NamedTuple
from ..model.subject import Subject
from ..model.text import printable
from ..model.verdict import Attempt, Content, Judge, Mechanical, Record, Statement, Transition, Word
from ..policy.load import judging
from ..policy.policy import PROTECTED, Policy
from ..verdicts import lineage, records
from ..verdicts.decide import spent
from ..verdicts.leave import to_name
from ..verdicts.signing import sign
from ..verdicts.statement import dump, kind_of, ordered, record_id
from ..verdicts.strictjson import MalformedError
from ..verdicts.transition import read
from ..verdicts.twin import markdown
from ..verdicts.word import word_of, worst
from ..verdicts.work import plan_of

VIBE = "push-after-vibe"
PRE_MORTEM = "pre-mortem-before-crank"
_WORDS: dict[str, Word] = {"fail": "FAIL", "warn": "WARN"}
_ZERO = "0" * 64
_HOUR = 3600
_MOST_CHANGES = 256


class Judged(NamedTuple):
    """What is judged: a range, the policy of its base, and the move of the protected ref that it would be."""

    subject: Subject
    policy: Policy
    transition: Transition


class Made(NamedTuple):
    """What a judgement adds to a transition, see :class:`model.verdict.Statement`; ``run`` is from :func:`begin`."""

    verdict: Word
    judges: tuple[Judge, ...]
    mechanical: tuple[Mechanical, ...] = ()
    findings: tuple[str, ...] = ()
    findings_digest: str = _ZERO
    not_checked: tuple[str, ...] = ()
    run: str = ""
    unseen: tuple[str, ...] = ()


def work(repo: Repo, base: str | None, head: str | None, ref: str | None) -> Judged:
    """Return the range from where ``head`` (default HEAD) left ``base`` as a move of ``ref``.

    ``base`` is by default the remote's protected branch, and ``ref`` the branch that ``base`` names. Raises UsageError
    where neither can be told.
    """
    start = base or _trunk(repo)
    target = ref or _branch(repo, start)
    if not target.startswith("refs/"):
        raise UsageError(f"--ref {printable(target)} is no full name", f"--ref refs/heads/{printable(target)}")
    subject = range_subject(repo, start, head or "HEAD")._replace(target=target, old=repo.resolve(start))
    return _judged(repo, subject)


def rewinding(repo: Repo, base: str | None, head: str | None, ref: str | None) -> Judged:
    """Return the move of ``ref`` from ``base`` itself to ``head``, which may take commits off it; see :func:`work`."""
    there = work(repo, base, head, ref).subject
    assert there.old is not None
    return _judged(repo, there._replace(bases=(there.old,), onto=None))


def _judged(repo: Repo, subject: Subject) -> Judged:
    assert subject.head is not None
    policy = policy_of(repo, subject)
    plan = plan_of(repo, subject.base, subject.head, policy)
    return Judged(subject, policy, read(repo, subject, subject.target, policy, plan, old=subject.old))


def policy_of(repo: Repo, subject: Subject) -> Policy:
    """Return the policy by which ``subject`` is judged: that of its base."""
    return judging(repo, subject.base, (subject.head,), metadata(), trust_cache=False)


def checks(repo: Repo, subject: Subject, policy: Policy | None = None) -> tuple[Mechanical, ...]:
    """Run the mechanical gates over ``subject``. Raises UndecidedError if one cannot decide.

    A warning of a gate that ``policy`` calls advisory counts as a PASS.
    """
    advisory = policy.gates[VIBE]["advisory"] if policy else ()
    report = run(repo, [subject], mechanical(subject.kind))
    for result in report.gates:
        if result.outcome == "undecided":
            raise UndecidedError(f"{result.id} is undecided: {result.reason}", result.fix)
    return tuple(_mechanical(result, result.id in advisory) for result in report.gates)


def plan_text(repo: Repo, judged: Judged) -> str:
    """Return the text of the plan that the range works on, for the judges; "" where it has no file."""
    plan, head = judged.transition.plan, judged.subject.head
    if plan is None:
        return ""
    text = repo.read_file(head, f"{judged.policy.gates[PRE_MORTEM]['plans']}/{plan.epic}.md") or b""
    return text.decode("utf-8", "replace")


def begin(repo: Repo, gate: str, transition: Transition, policy: Policy, key: str | None) -> str:
    """Store that judges are about to be asked, and return the attempt's id.

    A run that is broken off leaves this behind, and counts. Raises UsageError after the last strike of the lineage.
    """
    _past(repo, gate, transition, policy)
    # Whoever holds the clock still must not have all runs look like one.
    attempt = _attempt(gate, transition)._replace(nonce=os.urandom(8).hex())
    return keep(repo, [gate], attempt, key).id


def unheard(repo: Repo, gate: str, transition: Transition, run: str, key: str | None) -> None:
    """Store that nobody answered in a run that came to its end: there was nothing to learn from it."""
    keep(repo, [gate], _attempt(gate, transition)._replace(unheard=run), key)


def statement(repo: Repo, gate: str, transition: Transition, policy: Policy, made: Made) -> Statement:
    """Return the statement of a judgement that was just made.

    Raises UsageError after the lineage's last strike, unless its run began before that.
    """
    past = _past(repo, gate, transition, policy, made.run)
    earlier = [item for item in past if isinstance(item, Statement)]
    said = Statement(
        gate=gate,
        verdict=worst((made.verdict, *(check.result for check in made.mechanical))),
        repository=transition.repository,
        object_format=transition.object_format,
        ref=transition.ref,
        base=transition.base,
        base_tree=transition.base_tree,
        head_tree=transition.head_tree,
        trees=tuple(transition.trees),
        changes=transition.changes,
        policy=transition.policy,
        plan=transition.plan,
        mechanical=made.mechanical,
        judges=made.judges,
        authors=tuple(transition.authors),
        findings=made.findings,
        findings_digest=made.findings_digest,
        not_checked=made.not_checked,
        lineage=lineage.name(transition, earlier),
        attempt=1 + len(past),
        issued=int(time.time()),
        lifetime=policy.verdicts["lifetime_hours"] * _HOUR,
        touched=lineage.touched(transition.paths),
        run=made.run,
        unseen=made.unseen,
    )
    if word_of(said) == "WARN":
        # Whoever takes on a WARN names all that makes it one.
        said = said._replace(findings=to_name(said))
    return ordered(said)


def keep(repo: Repo, gates: Iterable[str], content: Content, key: str | None) -> Record:
    """Sign (with ``key``) and store a record, for every gate that it is about; return it."""
    kind, payload = kind_of(content), dump(content)
    signature = sign(payload, kind, key, cwd=repo.git.cwd) if key else b""
    record = Record(record_id(kind, payload), kind, payload, signature)
    for gate in gates:
        records.store(repo, gate, record)
    return record


def write_twin(repo: Repo, record: Record, content: Content, words: Sequence[str] = (), more: str = "") -> str:
    """Write the page for people about a record below ``.agents/council/``; return its path, "" without a work tree."""
    if repo.bare:
        return ""
    from .output import write_text

    folder = os.path.join(repo.toplevel, *lineage.PAGES.split("/"))
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, f"{record.id}.md")
    write_text(path, markdown(record, content, words) + (f"\n{more}" if more else ""))
    return f"{lineage.PAGES}/{record.id}.md"


def find(repo: Repo, name: str) -> tuple[str, Record, Content]:
    """Return gate, record and content of the record whose id, or the digits in it, begin with ``name``.

    Of several that differ in nothing but the signature, a signed one. Raises UsageError unless it is one id.
    """
    met: dict[str, records.Found] = {}
    for found in records.load(repo):
        if found.record and _begins(found.id, name) and (found.id not in met or found.record.signature):
            met[found.id] = found
    if len(met) != 1 or not name:
        what = "no record" if not met else f"{len(met)} records"
        raise UsageError(f"{printable(name)!r} names {what}", "agentops-gate verdict list")
    (found,) = met.values()
    assert found.record is not None
    try:
        return found.gate, found.record, records.content_of(found.gate, found.record)
    except MalformedError as error:
        raise UsageError(f"{printable(found.place)}: {error}") from error


def _begins(record: str, name: str) -> bool:
    return record.startswith(name) or record.partition("-")[2].startswith(name)


def _attempt(gate: str, transition: Transition) -> Attempt:
    return Attempt(
        gate=gate,
        repository=transition.repository,
        object_format=transition.object_format,
        ref=transition.ref,
        base=transition.base,
        head_tree=transition.head_tree,
        epic=transition.plan.epic if transition.plan else "",
        changes=tuple(sorted(set(transition.changes))[:_MOST_CHANGES]),
        authors=tuple(sorted(transition.authors)),
        touched=lineage.touched(transition.paths),
        issued=int(time.time()),
    )


def _past(repo: Repo, gate: str, transition: Transition, policy: Policy, begun: str = "") -> list[Statement | Attempt]:
    """Return the verdicts, and the runs without one, in the lineage.

    Raises UsageError if there are no strikes left for a run that has not ``begun`` yet.
    """
    contents = _contents(repo, gate)
    statements = [item for item in contents.values() if isinstance(item, Statement)]
    statements = lineage.about(gate, transition, statements)
    attempts = {name: item for name, item in contents.items() if isinstance(item, Attempt) and name != begun}
    attempts = {name: item for name, item in attempts.items() if lineage.about(gate, transition, (item,))}
    since = int(time.time()) - policy.verdicts["lifetime_hours"] * _HOUR
    found = lineage.tally(transition, lambda: transition.changes, statements, attempts, since=since)
    if found.strikes >= lineage.STRIKES and not begun:
        raise UsageError(
            f"this work has failed three times ({spent(found)}): judging it again decides nothing",
            "a person whom the policy names under humans looks at it, and can override",
        )
    open_ = lineage.unfinished(attempts, statements, since=since)
    items: list[Statement | Attempt] = [*statements, *open_]
    return lineage.lineage(transition, transition.changes, items, since=since)


def _contents(repo: Repo, gate: str) -> Mapping[str, Content]:
    contents = {}
    for found in records.load(repo, gate):
        if found.record:
            try:
                contents[found.id] = records.content_of(gate, found.record)
            except MalformedError:
                continue  # the verifier tells of it
    return contents


def _mechanical(result: GateResult, advisory: bool) -> Mechanical:
    said = repr((result.outcome, result.reason, sorted(map(repr, result.findings)))).encode()
    word = _WORDS.get(result.outcome, "PASS")
    return Mechanical(result.id, __version__, "PASS" if advisory and word == "WARN" else word, sha256(said).hexdigest())


def _trunk(repo: Repo) -> str:
    names = [f"refs/remotes/origin/{name}" for name in PROTECTED]
    found = next((name for name in names if repo.resolve(name)), None)
    if found is None:
        raise UsageError("nothing says what to compare with", "give --base, such as --base refs/remotes/origin/main")
    return found


def _branch(repo: Repo, base: str) -> str:
    """Return the full name of the branch that ``base`` stands for."""
    said = repo.git.run("rev-parse", "--symbolic-full-name", "--verify", "--end-of-options", base, ok=(0, 128))
    name = os.fsdecode(said.out).strip()
    if name.startswith("refs/remotes/") and name.count("/") >= 3:
        return f"refs/heads/{name.split('/', 3)[3]}"
    if name.startswith("refs/heads/"):
        return name
    raise UsageError(f"{printable(base)} names no branch", "give --ref refs/heads/NAME: where the change is to go")
