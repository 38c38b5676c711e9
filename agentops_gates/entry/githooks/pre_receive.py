"""pre-receive: what a push would do to a server, judged before any ref moves. Whatever is not plainly fine is refused.

Protected branches are those of the policy at the server's HEAD, as it stands before the push, and those that a branch's
own policy protects. Their policy, their signers and all records but those of this very push are what is here already.
No variable switches this off.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence

from ...gates.deadline import cancel, deadline
from ...gates.engine import run
from ...gates.registry import metadata, select
from ...git.objects import is_oid
from ...git.ranges import transition_bases
from ...git.repo import Repo
from ...model.errors import AgentopsError, DeadlineExceededError, UndecidedError, UsageError
from ...model.finding import Report
from ...model.light import NamedTuple
from ...model.outcome import EXIT_BLOCKED, EXIT_OK, exit_code
from ...model.subject import RefUpdate, Station, Subject
from ...model.text import printable
from ...policy.load import judging, load
from ...policy.paths import matches
from ...policy.policy import PROTECTED, Policy
from ...verdicts.append_only import incoming, ours, refusals
from ...verdicts.brought import leads
from ...verdicts.intake import Refusal, Terms
from . import court, names
from .station import station, table

_HEADS = "refs/heads/"
_MANY = 1_000
_AGAIN = "fetch, look at what is there, and push again"
_HEAD = "have the administrator run: git symbolic-ref HEAD refs/heads/NAME"
_REBASE = "rebase it onto the default branch"
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

    @property
    def unborn(self) -> bool:
        """Whether HEAD names a branch that is not there, and others are."""
        return self.head not in self.refs and any(name.startswith(_HEADS) for name in self.refs)

    @property
    def trunk(self) -> str | None:
        """The commit that this ref is at."""
        return self.refs[self.authority] if self.authority else None


def main(args: Sequence[str]) -> int:
    """Judge the push that standard input describes, and return the exit code: only 0 lets git go on."""
    if args:
        raise UsageError("pre-receive takes no arguments: git gives it the refs on standard input")
    updates = parse(sys.stdin.buffer.read())
    with Repo.open() as repo:
        here = _here(repo, updates)
        found, report = _judge(repo, updates, here)
        code = EXIT_BLOCKED if found else exit_code(report.outcome)
        if code == EXIT_OK:
            _remember(repo, updates, here)
    _tell(found, report)
    return code


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


def _judge(repo: Repo, updates: Sequence[RefUpdate], here: Here) -> tuple[list[Refusal], Report]:
    """Return what the server's own rules refuse, and what the gates say of the protected branches.

    The gates are asked only where the rules refuse nothing. Raises UsageError for a policy, or a file of the
    administrator's, that cannot be read, and UndecidedError when git cannot tell.
    """
    updates = [update._replace(remote_ref=here.links.get(update.remote_ref, update.remote_ref)) for update in updates]
    policy = _policy(repo, updates, here)
    asserted = station(repo)._replace(incoming=incoming(updates))
    if here.trunk:
        asserted = asserted._replace(ended=court.ended(repo, here.trunk, policy))
    found = [*_stale(updates, here), *_unborn(updates, here), *_records(repo, updates, policy, here, asserted)]
    found.extend(names.refused(repo, updates, policy.protected, here.head))
    guarded = [update for update in updates if _protected(repo, update, policy, here)]
    subjects = []
    for update in guarded:
        wrong = _impossible(repo, update)
        if wrong is None:
            subject = _subject(repo, update, policy, here, asserted)
            wrong = _laxer(repo, subject, policy, here.trunk)
            subjects.append(subject)
        found.extend([wrong] if wrong else [])
    if found:
        return found, Report((), ())
    report = run(repo, subjects, select((), "pre-push"))
    return [*_rewound(repo, subjects, report), *_overruled(subjects, report, here)], report


def _here(repo: Repo, updates: Sequence[RefUpdate]) -> Here:
    others = [update.remote_ref for update in updates if not update.remote_ref.startswith(_HEADS)]
    # More names than these would be too long for a command line.
    asked = (_HEADS, "refs/agentops/", *others) if len(others) < _MANY else ("refs/",)
    listing = repo.git.text("for-each-ref", "--format=%(objectname) %(refname) %(symref)", *asked)
    rows = [row.split(" ", 2) for row in listing.split("\n") if row]
    refs, links = {name: oid for oid, name, _ in rows}, {name: target for _, name, target in rows if target}
    head = repo.git.text("symbolic-ref", "-q", "HEAD", ok=(0, 1))
    return Here(refs, {**links, **_dangling(repo, updates, refs)}, links.get(head, head))


def _dangling(repo: Repo, updates: Sequence[RefUpdate], refs: Mapping[str, str]) -> dict[str, str]:
    """Return those refs that are symbolic and lead to no ref yet: git lists none of them, and a push goes through."""
    anywhere = os.path.exists(os.path.join(repo.common_dir, "reftable"))
    found = {}
    for ref in (update.remote_ref for update in updates if update.remote_ref not in refs):
        if anywhere or os.path.lexists(os.path.join(repo.common_dir, ref)):
            found[ref] = repo.git.text("symbolic-ref", "-q", ref, ok=(0, 1, 128))
    return {ref: target for ref, target in found.items() if target}


def _stale(updates: Sequence[RefUpdate], here: Here) -> Iterator[Refusal]:
    """Yield the refs that are not where the push says: the client says that, and git checks it only later."""
    for update in updates:
        ref = update.remote_ref
        stated = update.remote_oid if _some(update.remote_oid) else None
        if (ref.startswith(_HEADS) or ours(ref)) and here.refs.get(ref) != stated:
            yield Refusal(f"{printable(ref)} is not at {update.remote_oid[:12]} here", _AGAIN)


def _policy(repo: Repo, updates: Sequence[RefUpdate], here: Here) -> Policy:
    heads = [update.local_oid for update in updates if update.remote_ref == here.authority and _some(update.local_oid)]
    return judging(repo, here.trunk, heads, metadata(), trust_cache=False)


def _unborn(updates: Sequence[RefUpdate], here: Here) -> Iterator[Refusal]:
    """Yield what would say what is protected, while nobody can tell who may: HEAD names no branch, and others stand.

    An empty repository takes its first branch, and where HEAD names none, main or master is the trunk, if it is there.
    """
    if not here.unborn:
        return
    trunks = {here.head, *(f"{_HEADS}{branch}" for branch in PROTECTED)} - here.refs.keys()
    why = f"HEAD here names {printable(here.head) or 'no branch'}, which is not there, so nobody can tell what counts"
    heads = [update for update in updates if update.remote_ref.startswith(_HEADS)]
    for update in heads:
        if update.remote_ref in trunks or (_some(update.local_oid) and here.authority is None):
            yield Refusal(f"{printable(update.remote_ref)} is not taken: {why}", _HEAD)


def _records(repo: Repo, updates: Sequence[RefUpdate], policy: Policy, here: Here, asserted: Station) -> list[Refusal]:
    """Return what is refused below ``refs/agentops/``. Raises UndecidedError if that takes too long to tell."""
    if not any(ours(update.remote_ref) for update in updates):
        return []
    terms = Terms()
    if here.trunk:
        tips = list(dict.fromkeys((here.trunk, *_trunks(policy, here))))
        terms = court.terms(repo, policy, tips, asserted, table(repo))
    try:
        with deadline(policy.deadline_ci):
            return list(refusals(repo, updates, here.refs, terms))
    except DeadlineExceededError:
        cancel()
        repo.objects.close()
        text = f"the records of this push could not be looked at within {policy.deadline_ci:g} s"
        raise UndecidedError(text, "push them in parts") from None


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
    branch = update.remote_ref.removeprefix(_HEADS)
    subject = Subject("range", (), new, update, door="server", target=update.remote_ref, station=asserted)
    if old is not None:
        if here.trunk and here.authority != update.remote_ref and matches(branch, policy.protected):
            subject = subject._replace(ruling=court.ruling(repo, old, here.trunk, policy))
        # Exactly old..new: what a forced push throws away must not become the measure.
        return subject._replace(bases=(old,))
    trunks = _trunks(policy, here)
    bases = transition_bases(repo, new, *trunks) if trunks else ()
    tips = tuple(oid for ref, oid in here.refs.items() if ref == here.head or _guarded(ref, policy))
    return subject._replace(bases=bases, onto=trunks[0] if len(bases) > 1 else None, tips=tips)


def _guarded(ref: str, policy: Policy) -> bool:
    return ref.startswith(_HEADS) and matches(ref.removeprefix(_HEADS), policy.protected)


def _trunks(policy: Policy, here: Here) -> list[str]:
    heads = {name.removeprefix(_HEADS): oid for name, oid in here.refs.items() if name.startswith(_HEADS)}
    protected = [oid for branch, oid in heads.items() if matches(branch, policy.protected)]
    head = [here.refs[here.head]] if here.head in here.refs else []
    return list(dict.fromkeys(protected or head or heads.values()))


def _laxer(repo: Repo, subject: Subject, policy: Policy, trunk: str | None) -> Refusal | None:
    """Refuse a new branch that starts from a commit with another policy: whoever creates it chooses that commit.

    Also one that brings nothing new: what comes next would be judged by the policy that it then has.
    """
    old = subject.ref and subject.ref.remote_oid.strip("0")
    if old or subject.base is None:
        return None
    start = f"{printable(subject.target)} would start from {subject.base[:12]}, which has"
    if judging(repo, subject.base, (subject.head,), metadata(), trust_cache=False).digest != policy.digest:
        return Refusal(f"{start} another policy than HEAD here", _REBASE)
    if trunk and subject.station.signers is None and not court.same_keys(repo, subject.base, trunk, policy):
        return Refusal(f"{start} other signers, or revoked keys, than HEAD here", _REBASE)
    return None


def _rewound(repo: Repo, subjects: Sequence[Subject], report: Report) -> Iterator[Refusal]:
    """Yield the branches that would lose commits, also where no verdict is asked for, unless a person opened it."""
    overrides = [finding for gate in report.gates for finding in gate.findings if finding.rule == "AG109"]
    # An override is for one branch, and the message of what it opened begins with that.
    opened = {(finding.message.partition(" ")[0], finding.commit) for finding in overrides}
    for subject in subjects:
        ref = printable(subject.target)
        if (ref, subject.head) not in opened and not _forward(repo, subject):
            yield Refusal(f"{ref} is protected and would lose commits (AG111)", "rebase onto it, or merge it")


def _overruled(subjects: Sequence[Subject], report: Report, here: Here) -> Iterator[Refusal]:
    """Yield, for what is refused, that it was not judged by its own policy."""
    for subject in subjects if exit_code(report.outcome) != EXIT_OK else ():
        if subject.ruling:
            its = f"{printable(subject.target)} is judged by the policy of {printable(here.authority or '')}"
            text = f"{its}: its own asks for less, or is none that this branch had where they parted"
            yield Refusal(text, "have the administrator delete it, and make it anew from the default branch")


def _forward(repo: Repo, subject: Subject) -> bool:
    old = subject.ref.remote_oid if subject.ref else ""
    if not _some(old) or leads(repo, old, subject.head or ""):
        return True
    return not repo.git.run("merge-base", "--is-ancestor", old, subject.head or "", ok=(0, 1)).rc


def _remember(repo: Repo, updates: Sequence[RefUpdate], here: Here) -> None:
    """Leave to the script what it need not ask about again; see ``shortcut``."""
    if here.head not in here.refs:
        return
    from .shortcut import remember

    moves = {update.remote_ref: update.local_oid for update in updates}
    tips = (here.refs[here.head], moves.get(here.head, ""))
    others = (here.refs[ref] for ref in moves if ref.startswith(_HEADS) and ref in here.refs)
    remember(repo, here.head, filter(None, tips), others, metadata())


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
