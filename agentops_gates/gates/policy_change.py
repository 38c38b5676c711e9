"""Reports changes to what judges later changes, and stops those that loosen it.

What it does
------------
A change is judged by the policy, the exemptions and the attributes of its base. Editing them does not help the change
itself: it helps the next one. This gate compares those files between base and head and reports every difference that
matters:

- AG901 (warning): the policy changed, and lets nothing through that it stopped before; or hooks and workflows run
  another version of the gates.
- AG902 (error): the policy is loosened or removed.
- AG903 (error): `agentops-gates.exemptions` allows more than before.
- AG904 (error): the policy or the exemptions cannot be read at head.
- AG905 (warning): a policy or exemptions where there were none.
- AG906 (warning): a hook of ours in `.pre-commit-config.yaml` or a step of ours in a GitHub workflow is gone, or runs
  under other conditions.
- AG907 (warning): `.gitattributes` marks more paths as generated or vendored.
- AG908 (warning): the policy of the base cannot be read, and the change mends it.

Why
---
An agent that is stopped by a limit can raise the limit. Done in one change that is harmless, because policy comes from
the base; done in two it is not. So the first of the two has to be seen.

What blocks
-----------
AG902, AG903 and AG904, for staged changes and for ranges. The gate has no settings, so no policy switches it off.

A setting is loosened if it moves in the direction that its gate declares as weaker. Overrides per path count as
loosened unless the new ones are as strict for every path, whatever their globs match; where that cannot be proved, it
counts. Removing the policy always counts, even one that said nothing but the defaults: a loose one could come back
later as a new file. A first policy is compared with the built-in defaults. Without any base (a root commit) nothing
was there to loosen, and AG905 is all. Moving the policy between its two homes is AG901. A deadline is neither strict
nor loose: a gate that runs out of time is undecided, and that blocks.

A policy that cannot be read in the base blocks every run (exit 2) but one: a change at whose head it is valid again is
judged by the built-in defaults, the mended policy is compared with them as a first one is, and AG908 says so. A change
that leaves it broken or removes it stays blocked.

A merge that is being committed is charged only with what is looser than in each of its parents, a range with what is
looser than in any of its merge bases, a push with what is looser than where it left the protected branches.

How to pass
-----------
Restore the value that the finding names, and carry on with the rest of the change.

Whether a policy is loosened is for a person to decide. Today that means: somebody with the right to bypass the branch
protection lands it, as a change of its own. Signed records of such decisions do not exist yet; each finding carries
`key`, `old` and `new` in its data, which is what they will name.

For AG904, `agentops-gate config validate` lists all errors of the policy in the work tree. Where a broken policy has
landed, correct it in a change of its own, and leave a policy there: `agentops-gate init` writes one where none is.

What it cannot see
------------------
- Hooks that are not installed, or switched off on one machine: see `agentops-gate doctor`.
- Other homes of hooks and jobs (lefthook, husky, GitLab, Jenkins, ...), required checks and rulesets of the forge,
  workflows and actions that call the gates for others, earlier steps of the same job.
- Whether another version of the gates (AG901) is a good one.
- What was landed before the base. A branch that left the main line before the policy was tightened is judged by the
  policy it left with.
- What a broken policy of the base meant to say. A change that mends it can leave out what was stricter than the
  defaults, and brings what the defaults let through. AG904 keeps a broken policy from landing through a door that
  enforces; whoever lands it past that door has to look at the change that mends it.
- A `pyproject.toml` that is a symbolic link: links are not followed, so it holds no policy.

References
----------
- GitHub reads CODEOWNERS from the base branch of a pull request, for the same reason:
  https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
- git attributes and macros: https://git-scm.com/docs/gitattributes

"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from ..git.repo import Repo
from ..model.errors import UsageError
from ..model.finding import Finding
from ..model.gate import Gate, Rule
from ..model.light import TYPE_CHECKING
from ..model.subject import Subject
from ..model.text import printable
from ..policy.policy import Policy

if TYPE_CHECKING:
    from ..policy.load import Loaded
    from ..policy.loosen import Change as Edit
    from ..policy.side import Side

_DECIDED = (
    "If it is to be looser, that is for a person to decide: somebody with the right to bypass the branch protection "
    "lands it, as a change of its own."
)
META = Gate(
    id="policy-change",
    title="Stop changes that loosen what judges the next ones",
    rules=(
        Rule(
            "AG901",
            "policy-changed",
            "warning",
            "The policy changed and lets nothing through that it stopped before.",
            "The next changes are judged by other rules than this one, and not by weaker ones. Review it as the "
            "rule that it becomes; where another version of the gates is named, see that it is one you trust.",
        ),
        Rule(
            "AG902",
            "policy-loosened",
            "error",
            "The policy is loosened or removed.",
            "Policy comes from the base, so a looser one helps the next change, and the first of the two steps "
            "is the one to stop. Put back the value that the finding names, and carry on with the rest of the "
            f"change. {_DECIDED}",
        ),
        Rule(
            "AG903",
            "exemptions-loosened",
            "error",
            "The exemptions allow more than before.",
            "An exemption that lands lets its function grow in later changes. Leave the line out and bring the "
            f"function to its limit instead. {_DECIDED}",
        ),
        Rule(
            "AG904",
            "policy-invalid",
            "error",
            "The policy or the exemptions cannot be read at head.",
            "Once landed, a policy that cannot be read blocks every change but the one that mends it. Correct "
            "it here: `agentops-gate config validate` lists all errors of the policy in the work tree.",
        ),
        Rule(
            "AG905",
            "policy-introduced",
            "warning",
            "A policy or exemptions where there were none.",
            "This file judges from the next change on, so review it as the rule that it becomes. What is looser "
            "in it than the built-in defaults is AG902 as well.",
        ),
        Rule(
            "AG906",
            "enforcement-weakened",
            "warning",
            "A hook or a workflow runs the gates less than before.",
            "A gate that does not run stops nothing. Put the hook or the step back as it was, unless the gates "
            "run elsewhere.",
        ),
        Rule(
            "AG907",
            "paths-marked",
            "warning",
            "More paths are marked as generated or vendored.",
            "Once the base has these marks, the gates look away from what they name. Mark only what a program "
            "writes or others maintain, and take the mark off written code.",
        ),
        Rule(
            "AG908",
            "policy-mended",
            "warning",
            "The policy of the base cannot be read; the change mends it.",
            "The change is judged by the built-in defaults, and so is the mended policy: nobody can tell what "
            "the broken one meant to say. Compare it with the last one that was valid, and land it as a change "
            "of its own.",
        ),
    ),
    stages=("pre-commit", "pre-merge-commit", "pre-push"),
    kinds=("staged", "range"),
    always=True,
)

_LEVELS = {rule.id: rule.level for rule in META.rules}
_LATER = "if it is to be looser, a person decides: leave it out of this {}"
_LANDED = "if it is to be looser, somebody who may bypass the branch protection lands it, as a change of its own"


def check(subject: Subject, policy: Policy, repo: Repo) -> Iterator[Finding]:
    """Yield what the change makes of the files that judge.

    Of ``policy`` only its fault is used: at a local door it may come from a cache that whoever is judged can write, so
    both sides are read from their trees. Raises UndecidedError for a file that is unmerged or too large.
    """
    # The other bases of a push are earlier pushes of the same branch: they excuse nothing, and accuse nobody.
    others = () if subject.ref else subject.bases[1:]
    found = [_by_identity(_compare(repo, subject.base, subject.head, policy.fault))]
    for base in others:
        # A parent whose policy cannot be read excuses nothing.
        with suppress(UsageError):
            found.append(_by_identity(_compare(repo, base, subject.head)))
    charged = {name: finding for findings in reversed(found) for name, finding in findings.items()}
    # A merge in progress may take from either parent. The merge bases of a range are no such choice: whoever writes
    # the branch can make an old commit, with the loose policy of its time, one of them.
    names = charged if subject.kind == "range" else set.intersection(*map(set, found))
    judged = [finding for name, finding in charged.items() if name in names or finding.rule == "AG908"]
    yield from (finding._replace(commit=subject.head) for finding in _with_decider(judged, subject))


def _by_identity(findings: Iterable[Finding]) -> dict[tuple[object, ...], Finding]:
    return {(found.rule, found.path, found.data.get("key"), str(found.data.get("paths"))): found for found in findings}


def _with_decider(findings: list[Finding], subject: Subject) -> Iterator[Finding]:
    """Yield ``findings``; the first of those that a person may decide otherwise, as reports order them, says so."""
    loosened = [finding for finding in findings if finding.rule in ("AG902", "AG903")]
    first = min(loosened, key=lambda one: (one.path or "", one.line or 0, one.rule, one.message), default=None)
    what = "push" if subject.ref else "commit" if subject.kind == "staged" else "change"
    who = _LATER.format(what) if subject.door == "local" else _LANDED
    for finding in findings:
        yield finding._replace(fix=f"{finding.fix}\n{who}") if finding is first else finding


def _compare(repo: Repo, base: str | None, head: str | None, fault: str = "") -> Iterator[Finding]:
    from ..policy.enforcement import weakened
    from ..policy.side import Side

    side = Side.of(repo, base, head)
    yield from _policy(side, fault)
    yield from _exemptions(side)
    if base is not None:
        yield from (_finding(*found) for found in weakened(side))


def _policy(side: Side, fault: str) -> Iterator[Finding]:
    from ..policy.source import OWN, SHARED

    # What was broken can be mended without a touch: by removing the folder that stood where the file should be.
    if not (fault or side.touched(OWN) or side.touched(SHARED)):
        return
    from ..policy.load import build, load_tree
    from .registry import metadata

    try:
        new = load_tree(side.repo, side.head, metadata())
    except UsageError as error:
        yield from _invalid(OWN if side.touched(OWN) else SHARED, error)
        return
    defaults = build(None, None, metadata())
    if fault:
        yield from _mended(new, fault)
        yield from _settings(defaults, new)
        return
    old = defaults if side.base is None else load_tree(side.repo, side.base, metadata())
    yield from _homes(side, old, new)
    if new.source is not None and side.base is not None:
        yield from _settings(old, new)


def _invalid(path: str, error: UsageError) -> Iterator[Finding]:
    fix = "correct it, or no later change can be judged; agentops-gate config validate lists all errors"
    for line in str(error).split("\n"):
        yield _finding("AG904", line, path, fix, {"key": line})


def _mended(new: Loaded, fault: str) -> Iterator[Finding]:
    if new.source is None:
        raise UsageError(fault)
    message = "the policy of the base cannot be read: the built-in defaults judge this change, which mends it"
    fix = "compare it with the last one that was valid, and land it as a change of its own"
    yield _finding("AG908", message, new.source.path, fix, {"key": "policy", "why": fault.split("\n")})


def _homes(side: Side, old: Loaded, new: Loaded) -> Iterator[Finding]:
    before = old.source.path if old.source else None
    after = new.source.path if new.source else None
    data = {"key": "policy", "old": before, "new": after}
    if after is None:
        if before is not None:
            message = f"the policy in {before} is removed: the built-in defaults would judge the next change"
            yield _finding("AG902", message, before, f"restore {before}", data)
    elif before is None:
        when = "it judges from the next change on" if side.base else "it judges every change from here on"
        yield _finding("AG905", f"a policy is introduced; {when}", after, "review it as the rule it becomes", data)
    elif before != after:
        yield _finding("AG901", f"the policy moves from {before} to {after}", after, "", data)


def _settings(old: Loaded, new: Loaded) -> Iterator[Finding]:
    from ..policy.loosen import compare
    from .registry import metadata

    for change in compare(old.policy, new.policy, metadata()):
        # Against the defaults only what is weaker counts: AG905 has already said that there is a policy now.
        if change.loosened or old.source is not None:
            yield _setting(change, new)


def _setting(change: Edit, new: Loaded) -> Finding:
    from ..policy.loosen import brief

    where = f" for {', '.join(change.paths[:5])}{', ...' if len(change.paths) > 5 else ''}" if change.paths else ""
    values = f"from {brief(change.old)} to {brief(change.new)}"
    data = {
        "key": change.key,
        "old": change.old,
        "new": change.new,
        **({"paths": change.paths} if change.paths else {}),
    }
    path = new.source.path if new.source else ""
    if not change.loosened:
        return _finding("AG901", f"{change.key} changes {values}", path, "", data)._replace(line=_line(change, new))
    fix = f"put back {change.key} = {brief(change.old)}{where}"
    found = _finding("AG902", f"{change.key} is loosened {values}{where}", path, fix, data)
    return found._replace(line=_line(change, new))


def _line(change: Edit, new: Loaded) -> int | None:
    from ..policy.locate import line

    if new.source is None or change.paths or " " in change.key:
        return None
    names = f"{new.source.section}.{change.key}" if new.source.section else change.key
    return line(new.source.text, tuple(names.split(".")))


def _exemptions(side: Side) -> Iterator[Finding]:
    path = "agentops-gates.exemptions"
    if not side.touched(path):
        return
    from ..complexity.exemptions import loosened, read

    if side.odd(path):
        yield _finding("AG904", f"{path} is not a regular file", path, "make it one", {"key": path})
        return
    old, new = side.old(path) or b"", side.new(path) or b""
    faults = read(new)[1]
    for fault in faults:
        fix = "write each line as: path::qualname = limit, reason, YYYY-MM-DD"
        yield _finding("AG904", f"{path} {fault}", path, fix, {"key": fault})
    clauses = [clause for clause in loosened(old, new) if clause not in faults]
    if clauses:
        yield from _allowed(path, clauses, first=side.base is None)
    elif old != new:
        found = _finding("AG901", f"{path} changes, and allows no more than before", path, "", {"key": path})
        yield found._replace(level="note")


def _allowed(path: str, clauses: Sequence[str], *, first: bool) -> Iterator[Finding]:
    if first:
        message = f"{path} is introduced with {len(clauses)} lines"
        yield _finding("AG905", message, path, "review them as the exceptions they become", {"key": path})
        return
    fix = "bring the function to its limit instead"
    for clause in clauses:
        yield _finding("AG903", clause, path, fix, {"key": clause})


def _finding(rule: str, message: str, path: str, fix: str, data: Mapping[str, object]) -> Finding:
    """Build a finding; ``data`` holds at least a ``key``, which tells findings of one rule and file apart."""
    from ..policy.loosen import plain

    values = {key: plain(value) for key, value in data.items()}
    return Finding(rule, _LEVELS[rule], printable(message), path, fix=fix, data=values)
