"""Keeps workers from committing and pushing: they write files, and the lead makes the commits.

What it does
------------
Asks two things. When a commit is being made, or a push, here: is whoever makes it a worker? And in a push, in CI and on
a server: is any of the commits that come a worker's?

A worker is known by a positive signal only, and any one of them is enough: `AGENTOPS_ROLE=worker` in the environment,
also in that of a process that started this one (Linux); `agentops.role = worker` in the configuration of the work tree
(`git config --worktree`); a file `agentops/role` in the git directory of the work tree whose first line is `worker`.
`agentops-gate worker start` sets all of them. A person in a linked work tree is nobody's worker, whatever the tree or
its branch is called.

It runs at prepare-commit-msg, which `--no-verify` does not skip, at pre-commit, commit-msg and pre-push. Commits are
known by what stands in them: the trailer `Agent-Role:` in any paragraph, author, committer, and the key of an SSH
signature. Where the repository is at hand, also by the log of a worker's work tree in which they were made.

Why
---
Of many agents that commit at once each takes along half-done files of the others, and nobody has read the whole. One
who commits reads what he commits. Two agents that push race for the same branch, and the loser starts to force.

What blocks
-----------
- AG301: a worker makes a commit.
- AG302: a worker pushes.
- AG303: a commit that comes is a worker's.
- AG304: a commit carries a person's identity but was made by an agent, where `people` names that person.
- AG306: a worker moves HEAD, a branch, a tag or the stash (`install --strict`).

AG305 notes that the role was told by the name that another tool gave to the variable.

`level` makes all of it warnings ("warn"), notes of what would be blocked ("trial") or nothing ("off").

How to pass
-----------
A worker leaves its changes as files. The lead takes them:

    agentops-gate worker collect NAME --output NAME.patch
    git apply --index NAME.patch

Who is no worker after all, and has the variable from somewhere: `unset AGENTOPS_ROLE`.

What it cannot see
------------------
- Without `install --strict`: a fast-forward merge, `git am`, `git tag`, `git stash`, `git branch -f` and plumbing
  (`commit-tree` and `update-ref`) run none of these hooks. With it the reference-transaction hook sees them, except
  `git symbolic-ref HEAD`, a checkout of another branch, and what another git library writes.
- `core.hooksPath`, in every spelling, switches off all of it, and whoever owns the files can take away every sign.
  Only the sandbox of `agentops-gate worker start NAME -- COMMAND` makes a commit impossible.
- A worker who leaves no trace in its commits: author, committer and trailers are what the author says they are. On a
  server only signatures hold. OpenPGP and X.509 signatures are not read here.
- Commits of a worker that are older than the base.

References
----------
- docs/workers.md: how to start, collect and end a worker, and what its sandbox does

"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from ..git.commits import CommitObject, commits
from ..git.messages import addresses, trailers
from ..git.repo import UNSHALLOW, Repo
from ..git.run import failed
from ..model.errors import SkippedError, UndecidedError
from ..model.finding import Finding
from ..model.gate import Gate, Rule, Setting
from ..model.light import Any
from ..model.subject import Subject
from ..model.text import printable
from ..policy.paths import matches
from ..policy.policy import Policy
from .by_verdict import final

META = Gate(
    id="worker-no-commit",
    title="Workers write files, the lead commits",
    rules=(
        Rule(
            "AG301",
            "worker-commits",
            "error",
            "A worker makes a commit.",
            "A worker leaves its changes as files in its work tree; the lead reads them and commits. The lead takes "
            "them with:"
            "\n\n    agentops-gate worker collect NAME --output NAME.patch",
        ),
        Rule(
            "AG302",
            "worker-pushes",
            "error",
            "A worker pushes.",
            "What is published is the lead's to decide. Leave the changes as files, and say in your report what is "
            "done.",
        ),
        Rule(
            "AG303",
            "worker-commit",
            "error",
            "A commit that comes is a worker's.",
            "It says so itself (`Agent-Role:`, author, committer, the key of its signature), or it was made in a "
            "worker's work tree. The lead takes the files, not the commit: collect them, read them, and commit them.",
        ),
        Rule(
            "AG304",
            "borrowed-identity",
            "error",
            "An agent's commit carries the identity of a person.",
            "The policy names people whose name no agent may commit under. Set an identity of the agent's own in its "
            "work tree, and make the commit anew."
            "\n\n    git config --worktree user.email lead-agent@example.org",
        ),
        Rule(
            "AG305",
            "older-name",
            "note",
            "The role is told by an older name.",
            "It counts, but there is one name for it: `AGENTOPS_ROLE=worker`.",
        ),
        Rule(
            "AG306",
            "worker-moves-ref",
            "error",
            "A worker moves HEAD, a branch, a tag or the stash.",
            "All work trees share branches, tags and the stash, so what a worker moves there others lose. Leave the "
            "changes as files.",
        ),
    ),
    stages=("pre-commit", "pre-merge-commit", "prepare-commit-msg", "commit-msg", "pre-push"),
    kinds=("staged", "message", "range", "deletion"),
    settings=(
        Setting(
            "level",
            "choice",
            "error",
            'What a finding does: "trial" only notes what it would block.',
            "later",
            ("error", "warn", "trial", "off"),
        ),
        Setting("roles", "globs", ("worker", "worker-*"), "Values of `Agent-Role:` that are a worker's.", "fewer"),
        Setting("names", "globs", (), "Names of authors and committers that are workers.", "fewer"),
        Setting(
            "emails",
            "globs",
            ("*@workers.agentops.invalid",),
            "Addresses of authors and committers that are workers.",
            "fewer",
        ),
        Setting("keys", "strings", (), "Fingerprints (`SHA256:...`) of SSH keys that workers sign with.", "fewer"),
        Setting("people", "globs", (), "Addresses of people under whose name no agent may commit.", "fewer"),
    ),
    mechanical=False,
)
_ROLE, _WORKTREE = "agent-role", "agent-worktree"
# Of a long range that only workers wrote, the first ones tell enough.
_MOST = 20
_SCISSORS = b" ------------------------ >8 ------------------------\n"
_FILES = "leave the changes as files; the lead takes them: agentops-gate worker collect NAME"


def check(subject: Subject, policy: Policy, repo: Repo) -> Iterator[Finding]:
    """Yield why this commit or push is not a worker's to make, and which commits are a worker's.

    Raises SkippedError where the policy switches the gate off, UndecidedError where git cannot tell.
    """
    own = policy.gates[META.id]
    if own["level"] == "off":
        raise SkippedError('switched off by the policy (level = "off")')
    yield from final(_found(subject, own, repo), own["level"])


def _found(subject: Subject, own: Mapping[str, Any], repo: Repo) -> Iterator[Finding]:
    if subject.hook:
        yield from _maker(subject, repo)
    if subject.kind == "range" and subject.head is not None:
        yield from _commits(subject, subject.head, own, repo)
    elif subject.kind == "message" and subject.hook == "commit-msg":
        yield from _message(subject.message or b"", own)


def _maker(subject: Subject, repo: Repo) -> Iterator[Finding]:
    """Yield that whoever makes this commit or push is a worker."""
    from ..workers.role import VARIABLE, sign

    found = sign(repo)
    if found is None:
        return
    if subject.hook == "pre-push":
        what = f"a worker pushes {printable(subject.target)}" if subject.target else "a worker pushes"
        yield Finding("AG302", "error", f"{what}: {found.words}", fix=_FILES)
    else:
        yield Finding("AG301", "error", f"a worker makes a commit: {found.words}", fix=_FILES)
    if found.older:
        yield Finding("AG305", "note", f"{found.older} tells the role; it is called {VARIABLE}=worker")


def _message(message: bytes, own: Mapping[str, Any]) -> Iterator[Finding]:
    # With `commit -v` the diff stands below, and a line of it can look like a trailer.
    role = _role(message.partition(_SCISSORS)[0], own["roles"])
    if role:
        fix = "leave the trailer out if you are the lead"
        yield Finding(
            "AG303", "error", f"the message says that a worker made this commit (Agent-Role: {role})", fix=fix
        )


def _commits(subject: Subject, head: str, own: Mapping[str, Any], repo: Repo) -> Iterator[Finding]:
    if head in subject.bases:
        return  # no commit comes
    local = _made_by_workers(repo) if subject.door == "local" and subject.hook else {}
    if not local and not _worth_a_look(subject, head, own, repo):
        return
    told = 0
    for commit in commits(repo, _new(repo, head, subject.bases)):
        found = _commit(commit, own, local)
        if found is None:
            continue
        yield found
        told += 1
        if told == _MOST:
            yield found._replace(message=f"further commits were not looked at after {_MOST} that are a worker's")
            return


def _worth_a_look(subject: Subject, head: str, own: Mapping[str, Any], repo: Repo) -> bool:
    """Return whether anything in the range can be a worker's, by what all gates together read of it once."""
    from ..verdicts.brought import brought

    known = brought(repo, subject.base, head) if len(subject.bases) < 2 else None
    if known is None or known.agents or (own["keys"] and known.signatures):
        return True
    # What stands behind the address is when, and that differs in each.
    people = map(_name, {person.rpartition(b">")[0] + b">" for person in known.people})
    return any(_is(email, (*own["emails"], *own["people"])) or _is(name, own["names"]) for name, email in people)


def _commit(commit: CommitObject, own: Mapping[str, Any], local: Mapping[str, str]) -> Finding | None:
    """Return what is wrong with one commit, None if it is the lead's."""
    why = _workers(commit, own)
    if not why and commit.oid in local:
        why = f"it was made in a worker's work tree ({printable(local[commit.oid])})"
    if why:
        message = f"commit {commit.oid[:12]} is a worker's: {why}"
        return Finding("AG303", "error", message, commit=commit.oid, fix="take its files, and commit them as the lead")
    person = next((email for _, email in map(_name, commit.people) if own["people"] and _is(email, own["people"])), "")
    agent = next(trailers(commit.message, _ROLE, _WORKTREE), None) if person else None
    if agent is None:
        return None
    message = f"commit {commit.oid[:12]} carries the identity of {printable(person)}, and is an agent's ({agent[1]})"
    return Finding("AG304", "error", message, commit=commit.oid, fix="make it anew under the agent's own identity")


def _workers(commit: CommitObject, own: Mapping[str, Any]) -> str:
    """Return by what in it a commit is a worker's, or ""."""
    role = _role(commit.message, own["roles"])
    if role:
        return f"Agent-Role: {role}"
    for part, (name, email) in zip(("author", "committer"), map(_name, commit.people), strict=False):
        if _is(email, own["emails"]) or _is(name, own["names"]):
            return f"its {part} is {printable(name)} <{printable(email)}>"
    key = _fingerprint(commit.signature) if own["keys"] and commit.signature else ""
    return f"it is signed with {key}" if key and key in own["keys"] else ""


def _role(message: bytes, roles: Sequence[str]) -> str:
    return next((value for _, value in trailers(message, _ROLE) if _is(value, roles)), "")


def _is(text: str, globs: Sequence[str]) -> bool:
    folded = text.strip().casefold()
    return any(_like(folded, glob.casefold()) for glob in globs)


def _like(text: str, glob: str) -> bool:
    """Return whether ``glob`` matches; one with a single asterisk without the price of regular expressions."""
    first, star, last = glob.partition("*")
    if not star or any(char in first + last for char in "*?[/"):
        return matches(text, [glob])
    held = len(text) >= len(first) + len(last) and text.startswith(first) and text.endswith(last)
    return held and "/" not in text[len(first) : len(text) - len(last)]


def _name(person: bytes) -> tuple[str, str]:
    """Return name and address of an author or committer line."""
    name, _, _ = person.partition(b"<")
    found = addresses(person.decode("utf-8", "replace"))
    return name.decode("utf-8", "replace").strip(), found[0] if found else ""


def _fingerprint(signature: bytes) -> str:
    """Return the fingerprint of the key that an SSH signature names, as ssh-keygen prints it; "" for any other."""
    from base64 import b64encode

    from ..model.digest import sha256
    from ..verdicts.sshsig import SignatureError, parse

    try:
        key = parse(signature.strip() + b"\n").key
    except SignatureError:
        return ""
    return "SHA256:" + b64encode(sha256(key).digest()).decode().rstrip("=")


def _new(repo: Repo, head: str, bases: Collection[str]) -> list[str]:
    """Return the commits that ``head`` has and none of ``bases``, newest first; UndecidedError where history is cut."""
    args = ("rev-list", "--end-of-options", head, *(f"^{base}" for base in bases), "--")
    done = repo.git.run(*args, ok=range(-64, 256))
    if done.rc == 0 and b"error: " not in done.err:
        return done.out.decode().split()
    if repo.shallow:
        raise UndecidedError(f"this clone is shallow and lacks history of {head[:12]}", UNSHALLOW)
    raise failed(args, done)


def _made_by_workers(repo: Repo) -> dict[str, str]:
    """Return the commits that the logs of workers' work trees say were made there, each with the tree's name."""
    from ..workers.record import made

    return made(repo)
