"""pre-receive: what a push would do to a server, judged before any ref moves. Whatever is not plainly fine is refused.

Protected branches are those of the policy at the server's HEAD, as it stands before the push, and those that a branch's
own policy protects. Their policy, their signers and all records but those of this very push are what is here already.
No variable switches this off.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence

from ...gates.engine import run
from ...gates.registry import metadata, select
from ...git.objects import is_oid
from ...git.ranges import transition_bases
from ...git.repo import Repo
from ...model.errors import AgentopsError, UndecidedError, UsageError
from ...model.finding import Report
from ...model.light import NamedTuple
from ...model.outcome import EXIT_BLOCKED, exit_code
from ...model.subject import RefUpdate, Station, Subject
from ...model.text import printable
from ...policy.load import judging, load
from ...policy.paths import matches
from ...policy.policy import PROTECTED, Policy
from ...verdicts.append_only import Refusal, incoming, ours, refusals
from .station import station

_HEADS = "refs/heads/"
_AGAIN = "fetch, look at what is there, and push again"
_ADMIN = "leave it, or ask whoever administers the server"


class Here(NamedTuple):
    """The server before the push: refs and their ids, symbolic refs and their targets, the ref that HEAD names."""

    refs: Mapping[str, str]
    links: Mapping[str, str]
    head: str

    @property
    def authority(self) -> str | None:
        """The ref whose policy says what is protected; None where there is no such branch yet."""
        names = (self.head, *(f"{_HEADS}{branch}" for branch in PROTECTED))
        return next((name for name in names if name in self.refs), None)


def main(args: Sequence[str]) -> int:
    """Judge the push that standard input describes, and return the exit code: only 0 lets git go on."""
    if args:
        raise UsageError("pre-receive takes no arguments: git gives it the refs on standard input")
    updates = parse(sys.stdin.buffer.read())
    with Repo.open() as repo:
        found, report = judge(repo, updates)
    _tell(found, report)
    return EXIT_BLOCKED if found else exit_code(report.outcome)


def parse(stdin: bytes) -> list[RefUpdate]:
    """Return the lines ``<old> <new> <ref>`` of a push; UndecidedError for one that git does not write."""
    updates = []
    for line in filter(None, os.fsdecode(stdin).split("\n")):
        old, _, rest = line.partition(" ")
        new, _, ref = rest.partition(" ")
        if not (is_oid(old) and is_oid(new) and ref.startswith("refs/")):
            raise UndecidedError(f"pre-receive was given a line that git does not write: {printable(line[:200])}")
        updates.append(RefUpdate("", new, ref, old))
    if len({update.remote_ref for update in updates}) < len(updates):
        raise UndecidedError("pre-receive was given a ref twice", "push each ref once")
    return updates


def judge(repo: Repo, updates: Sequence[RefUpdate]) -> tuple[list[Refusal], Report]:
    """Return what the server's own rules refuse, and what the gates say of the protected branches.

    The gates are asked only where the rules refuse nothing. Raises UsageError for a policy, or a file of the
    administrator's, that cannot be read, and UndecidedError when git cannot tell.
    """
    here = _here(repo)
    updates = [update._replace(remote_ref=here.links.get(update.remote_ref, update.remote_ref)) for update in updates]
    found = [*_stale(updates, here), *refusals(repo, updates, here.refs)]
    asserted = station(repo)._replace(incoming=incoming(updates))
    policy = _policy(repo, updates, here)
    guarded = [update for update in updates if _protected(repo, update, policy, here)]
    subjects = []
    for update in guarded:
        wrong = _impossible(repo, update)
        if wrong is None:
            subject = _subject(repo, update, policy, here, asserted)
            wrong = _laxer(repo, subject, policy)
            subjects.append(subject)
        found.extend([wrong] if wrong else [])
    if found:
        return found, Report((), ())
    report = run(repo, subjects, select((), "pre-push"))
    return list(_rewound(repo, subjects, report)), report


def _here(repo: Repo) -> Here:
    shape = "--format=%(objectname) %(refname) %(symref)"
    listing = repo.git.text("for-each-ref", shape, _HEADS, "refs/agentops/")
    rows = [row.split(" ", 2) for row in listing.split("\n") if row]
    links = {name: target for _, name, target in rows if target}
    head = repo.git.text("symbolic-ref", "-q", "HEAD", ok=(0, 1))
    return Here({name: oid for oid, name, _ in rows}, links, links.get(head, head))


def _stale(updates: Sequence[RefUpdate], here: Here) -> Iterator[Refusal]:
    """Yield the refs that are not where the push says: the client says that, and git checks it only later."""
    for update in updates:
        ref = update.remote_ref
        stated = update.remote_oid if _some(update.remote_oid) else None
        if (ref.startswith(_HEADS) or ours(ref)) and here.refs.get(ref) != stated:
            yield Refusal(f"{printable(ref)} is not at {update.remote_oid[:12]} here", _AGAIN)


def _policy(repo: Repo, updates: Sequence[RefUpdate], here: Here) -> Policy:
    heads = [update.local_oid for update in updates if update.remote_ref == here.authority and _some(update.local_oid)]
    base = here.refs[here.authority] if here.authority else None
    return judging(repo, base, heads, metadata(), trust_cache=False)


def _protected(repo: Repo, update: RefUpdate, policy: Policy, here: Here) -> bool:
    ref = update.remote_ref
    if not ref.startswith(_HEADS):
        return False
    branch, old = ref.removeprefix(_HEADS), here.refs.get(ref)
    # The branch that HEAD names is the next to say what is protected.
    if matches(branch, policy.protected) or ref == here.head:
        return True
    try:
        return old is not None and matches(branch, load(repo, old, metadata(), trust_cache=False).protected)
    except AgentopsError:
        return False  # a topic branch whose policy is broken protects nothing


def _impossible(repo: Repo, update: RefUpdate) -> Refusal | None:
    ref = printable(update.remote_ref)
    if not _some(update.local_oid):
        return Refusal(f"{ref} is protected and would be deleted (AG111)", _ADMIN)
    if repo.resolve(update.local_oid) != update.local_oid:
        return Refusal(f"{ref} is protected and would name no commit", "push a commit")
    return None


def _subject(repo: Repo, update: RefUpdate, policy: Policy, here: Here, asserted: Station) -> Subject:
    new, old = update.local_oid, here.refs.get(update.remote_ref)
    subject = Subject("range", (), new, update, door="server", target=update.remote_ref, station=asserted)
    if old is not None:
        # Exactly old..new: what a forced push throws away must not become the measure.
        return subject._replace(bases=(old,))
    trunks = _trunks(policy, here)
    bases = transition_bases(repo, new, *trunks) if trunks else ()
    return subject._replace(bases=bases, onto=trunks[0] if len(bases) > 1 else None)


def _trunks(policy: Policy, here: Here) -> list[str]:
    heads = {name.removeprefix(_HEADS): oid for name, oid in here.refs.items() if name.startswith(_HEADS)}
    protected = [oid for branch, oid in heads.items() if matches(branch, policy.protected)]
    head = [here.refs[here.head]] if here.head in here.refs else []
    return list(dict.fromkeys(protected or head or heads.values()))


def _laxer(repo: Repo, subject: Subject, policy: Policy) -> Refusal | None:
    """Refuse a new branch that starts from a commit with another policy: whoever creates it chooses that commit.

    Also one that brings nothing new: what comes next would be judged by the policy that it then has.
    """
    old = subject.ref and subject.ref.remote_oid.strip("0")
    if old or subject.base is None:
        return None
    if judging(repo, subject.base, (subject.head,), metadata(), trust_cache=False).digest == policy.digest:
        return None
    text = f"{printable(subject.target)} would start from {subject.base[:12]}, which has another policy than HEAD here"
    return Refusal(text, "rebase it onto the default branch")


def _rewound(repo: Repo, subjects: Sequence[Subject], report: Report) -> Iterator[Refusal]:
    """Yield the branches that would lose commits, also where no verdict is asked for, unless a person opened it."""
    overrides = [finding for gate in report.gates for finding in gate.findings if finding.rule == "AG109"]
    # An override is for one branch, and the message of what it opened begins with that.
    opened = {(finding.message.partition(" ")[0], finding.commit) for finding in overrides}
    for subject in subjects:
        ref = printable(subject.target)
        if (ref, subject.head) not in opened and not _forward(repo, subject):
            yield Refusal(f"{ref} is protected and would lose commits (AG111)", "rebase onto it, or merge it")


def _forward(repo: Repo, subject: Subject) -> bool:
    old = subject.ref.remote_oid if subject.ref else ""
    return not _some(old) or not repo.git.run("merge-base", "--is-ancestor", old, subject.head or "", ok=(0, 1)).rc


def _tell(found: Sequence[Refusal], report: Report) -> None:
    from ..complaint import complaint

    shown = tuple(gate for gate in report.gates if gate.findings or gate.outcome not in ("pass", "skip"))
    if shown:
        from ...formats.text import render
        from ..terminal import width

        sys.stderr.write(render(report._replace(gates=shown), width=width(sys.stderr)))
    for refusal in found:
        sys.stderr.write(complaint(refusal.text, refusal.fix, {}))


def _some(oid: str) -> bool:
    return bool(oid.strip("0"))
