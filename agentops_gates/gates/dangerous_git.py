"""Stops git commands that take away what others build on, at git's own doors.

What it does
------------
Looks at what becomes of each ref, whatever the command that asks for it: flags, aliases, refspecs with a plus or an
empty left side, `--mirror`, `--prune` and settings of a remote all come out as the same few moves. At a push it stops:

- a protected branch that would be deleted, or would lose commits that it has on the remote;
- a tag of the remote's that would be deleted or changed, also to a newer commit: what has a name was taken by others
  under that name;
- a record below `refs/agentops/` that would be deleted and that the log of records here does not hold.

Of what a mirror push deletes git tells no hook. There the remote is asked which refs it has.

With `agentops-gate install --strict` the same holds in the repository itself, for every command that moves a ref, in
every work tree: see docs/strict.md, which also tells how a commit proves that the hooks saw it.

Why
---
A forced push takes away what others have built on and says so to nobody. It is seldom meant: an agent that was refused
adds `--force` and tries again.

What blocks
-----------
- AG461: a protected branch would be deleted.
- AG462: a protected branch would lose commits. In the repository itself only those count that a remote has: to amend or
  rebase what was never pushed takes nothing from anybody.
- AG463: a tag would be deleted or changed.
- AG464: a record below `refs/agentops/` would be deleted or overwritten.
- AG466: all stashes would be thrown away (`install --strict`).
- AG467: a commit was not seen by the hooks (`install --strict`).

Protected are the branches that the policy of the remote's own branch names (`[protected]`). Other branches may be
forced and deleted: what is on a topic branch is its author's. `tags` says which tags count.

Where verdicts are asked for, push-after-vibe speaks of protected branches (AG111), and this gate leaves them to it: a
person's signed override opens there what nothing opens here. On a server the hook's own rules speak.

`level` makes all of it warnings ("warn") or nothing ("off").

How to pass
-----------
Rebase onto the branch or merge it, and push without force; to take something back, revert it. Give a new tag a name of
its own. What a person really wants gone, a person takes away: on the forge, or at a terminal with this one gate
switched off, which is shown and recorded:

    AGENTOPS_SKIP_DANGEROUS_GIT=1 git push --delete origin v0.9

What it cannot see
------------------
- A push that calls no hook (`--no-verify`, `send-pack`, another client). Rules of the server stop it: `agentops-gate
  install --server`, the forge's rulesets, and there a rule for tags of its own.
- Work that was never committed: git asks no hook before `reset --hard` or `clean` destroys it. That is the command
  guard's part (`agentops-gate guard`).
- That a push mirrors, where the system does not show the words of a process (Linux does) and no setting says it.

References
----------
- githooks, pre-push and reference-transaction: https://git-scm.com/docs/githooks

"""

from __future__ import annotations

from collections.abc import Iterator

from ..git.repo import Repo
from ..model.errors import SkippedError
from ..model.finding import Finding
from ..model.gate import Gate, Rule, Setting
from ..model.subject import RefUpdate, Subject
from ..model.text import printable
from ..policy.paths import matches
from ..policy.policy import Policy

_HEADS = "refs/heads/"
_TAGS = "refs/tags/"

META = Gate(
    id="dangerous-git",
    title="Stop pushes that take away what others build on",
    rules=(
        Rule(
            "AG461",
            "protected-branch-deleted",
            "error",
            "A protected branch would be deleted.",
            "Others build on it. Leave it; whoever administers the remote deletes a protected branch.",
        ),
        Rule(
            "AG462",
            "protected-branch-rewound",
            "error",
            "A protected branch would lose commits.",
            "Others have built on them. Rebase onto the branch or merge it, and push without force. To take something "
            "back, revert it.",
        ),
        Rule(
            "AG463",
            "tag-changed",
            "error",
            "A tag would be deleted or changed.",
            "Whoever fetched it keeps the old one and is told nothing. Give the new one a name of its own. `tags` in "
            "the policy names the tags that count, for instance all but `nightly`.",
        ),
        Rule(
            "AG464",
            "record-deleted",
            "error",
            "A record of a verdict would be deleted or overwritten.",
            "Records are only added. Once there are many, `agentops-gate verdict roll-up` moves them into the log.",
        ),
        Rule(
            "AG466",
            "stashes-dropped",
            "error",
            "All stashes would be thrown away.",
            "They hold work that stands nowhere else, of all work trees together. Apply what is needed with "
            "`git stash pop`, or give it a branch:\n\n    git stash branch NAME",
        ),
        Rule(
            "AG467",
            "commit-unproven",
            "error",
            "A commit that the hooks have not seen.",
            "It was made with `--no-verify`, or something changed the index after the pre-commit hook. Commit without "
            "that switch; a hook that stages files has to run before ours, as NAME.agentops-chained does.",
        ),
    ),
    stages=("pre-push",),
    kinds=("deletion", "ref"),
    settings=(
        Setting("level", "choice", "error", "What a finding does.", "later", ("error", "warn", "off")),
        Setting("tags", "globs", ("**",), "Globs of tag names that are neither deleted nor changed.", "fewer"),
    ),
    mechanical=False,
)


def check(subject: Subject, policy: Policy, repo: Repo) -> Iterator[Finding]:
    """Yield what a ref would lose. Raises SkippedError where that is another's to say, or the policy's wish."""
    own = policy.gates[META.id]
    if own["level"] == "off":
        raise SkippedError('switched off by the policy (level = "off")')
    if subject.door == "server":
        raise SkippedError("the server's own rules speak of that")
    found = _found(subject, policy, repo)
    if found is not None:
        yield found._replace(level="warning") if own["level"] == "warn" else found


def _found(subject: Subject, policy: Policy, repo: Repo) -> Finding | None:
    target, gone = subject.target, subject.head is None
    if target.startswith(_HEADS):
        if answered(policy):
            raise SkippedError("push-after-vibe speaks of protected branches")
        if gone:
            return finding("AG461", target, "is protected and would be deleted")
        return finding("AG462", target, "is protected and would lose commits")._replace(commit=subject.head)
    if target.startswith(_TAGS):
        if not matches(target.removeprefix(_TAGS), policy.gates[META.id]["tags"]):
            return None
        return finding("AG463", target, "would be deleted" if gone else "would be changed")
    return _record(subject, repo)


def _record(subject: Subject, repo: Repo) -> Finding | None:
    """Return what is wrong with the deletion of a record: nothing, if the log here holds it."""
    from ..verdicts.append_only import refusals
    from ..verdicts.log import LOG

    update = subject.ref or RefUpdate("", repo.zero, subject.target, subject.old or repo.zero)
    log = repo.git.text("rev-parse", "--verify", "--quiet", LOG, ok=(0, 1))
    refusal = next(refusals(repo, [update], {LOG: log} if log else {}), None)
    return finding("AG464", subject.target, "would be deleted, and the log does not hold it") if refusal else None


def answered(policy: Policy) -> bool:
    """Return whether push-after-vibe blocks what takes commits off protected branches."""
    from . import push_after_vibe
    from .by_verdict import settings

    try:
        return bool(settings(policy, push_after_vibe.META.id)["level"] == "error")
    except SkippedError:
        return False


_FIXES = {
    "AG461": "leave it, or ask whoever administers the remote",
    "AG462": "rebase onto it or merge it, and leave out the force; to take something back, revert it",
    "AG463": "make a tag of another name",
    "AG464": "agentops-gate verdict roll-up",
    "AG466": "apply what is needed (git stash pop), or give it a branch: git stash branch NAME",
}


def finding(rule: str, ref: str, what: str) -> Finding:
    """Return the finding of ``rule`` about a ref."""
    return Finding(rule, "error", f"{printable(ref)} {what}", fix=_FIXES[rule], data={"ref": printable(ref)})
