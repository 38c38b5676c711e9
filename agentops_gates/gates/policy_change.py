"""Reports changes to what judges later changes, and stops those that loosen it.

What it does
------------
A change is judged by the policy, the exemptions, the signers and the attributes of its base. Editing them does not
help the change itself: it helps the next one. This gate compares those files between base and head and reports every
difference that matters:

- AG901 (warning): the policy changed, and lets nothing through that it stopped before; or hooks and workflows run
  another version of the gates.
- AG902 (error): the policy is loosened or removed, or a file below `.agents/judges` is not what it was.
- AG903 (error): `agentops-gates.exemptions` allows more than before. A line whose day is over allows nothing: AG608.
- AG904 (error): the policy or the exemptions cannot be read at head, or a file of keys is no file.
- AG905 (warning): a policy, exemptions or keys where there were none.
- AG906 (warning): a hook of ours in `.pre-commit-config.yaml` or a step of ours in a GitHub workflow is gone, or runs
  under other conditions.
- AG907 (warning): `.gitattributes` marks more paths as generated or vendored.
- AG908 (warning): the policy of the base cannot be read, and the change mends it.
- AG909 (error): the files that the policy names as `signers` and `revoked` let a key count that did not count before.

Why
---
An agent that is stopped by a limit can raise the limit. Done in one change that is harmless, because policy comes from
the base; done in two it is not. So the first of the two has to be seen.

What blocks
-----------
AG902, AG903, AG904 and AG909, for staged changes and for ranges. The gate has no settings, so no policy switches it
off.

A setting is loosened if it moves in the direction that its gate declares as weaker. Overrides per path count as
loosened unless the new ones are as strict for every path, whatever their globs match; where that cannot be proved, it
counts. Removing the policy always counts, even one that said nothing but the defaults: a loose one could come back
later as a new file. A judge counts as loosened by any change, and so does one more judge; the first judges do not,
without whom nothing passed. Their adapters count alike: any change below `.agents/judges`, once something is there. A
first policy is compared with the built-in defaults; one that is looser is adopted by
landing it before hooks and required checks are there, or past them by somebody who may. Without any base (a root
commit) nothing was there to loosen, and AG905 is all. Moving the policy between its two homes is AG901. A deadline is
neither strict nor loose: a gate that runs out of time is undecided, and that blocks.

Signers are loosened by every line that is new or different (comments apart), and by one that goes while another keeps
its key or its name; revoked keys by everything but one more of them, and by any change of a list in OpenSSH's binary
form. A signer who goes, or a key that is revoked, is AG901: that also ends what a FAIL by that key held up.

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
    from ..complexity.exemptions import Line
    from ..policy.edits import Edit
    from ..policy.load import Loaded
    from ..policy.side import Side

    _Keys = frozenset[tuple[str, str]]

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
            "The policy, the exemptions or the keys cannot be read at head.",
            "Once landed, a policy that cannot be read blocks every change but the one that mends it. Correct "
            "it here: `agentops-gate config validate` lists all errors of the policy in the work tree.",
        ),
        Rule(
            "AG905",
            "policy-introduced",
            "warning",
            "A policy, exemptions or keys where there were none.",
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
        Rule(
            "AG909",
            "signers-loosened",
            "error",
            "A key counts that did not count before.",
            "Who may sign decides whose verdicts, acknowledgements and overrides count for the next changes. Leave "
            f"the line out, or put back what was there. {_DECIDED}",
        ),
    ),
    stages=("pre-commit", "pre-merge-commit", "pre-push"),
    kinds=("staged", "range"),
    always=True,
)

_LEVELS = {rule.id: rule.level for rule in META.rules}
_LATER = "if it is to be looser, a person decides: leave it out of this {}"
_FIRST = (
    "to adopt it as it is, land the first policy before the hooks and the required check are there, or let somebody "
    "who may bypass them land it as a change of its own"
)
_LANDED = "if it is to be looser, somebody who may bypass the branch protection lands it, as a change of its own"


def check(subject: Subject, policy: Policy, repo: Repo) -> Iterator[Finding]:
    """Yield what the change makes of the files that judge.

    Of ``policy`` only its fault is used, and where it keeps its keys: at a local door it may come from a cache that
    whoever is judged can write, so both sides are read from their trees. Raises UndecidedError for a file that is
    unmerged or too large.
    """
    # The other bases of a push are earlier pushes of the same branch: they excuse nothing, and accuse nobody.
    others = () if subject.ref else subject.bases[1:]
    keys = _key_files(policy, subject, repo)
    found = [_by_identity(_compare(repo, subject.base, subject.head, keys, policy.fault))]
    for base in others:
        # A parent whose policy cannot be read excuses nothing.
        with suppress(UsageError):
            found.append(_by_identity(_compare(repo, base, subject.head, keys)))
    charged = {name: finding for findings in reversed(found) for name, finding in findings.items()}
    # A merge in progress may take from either parent. The merge bases of a range are no such choice: whoever writes
    # the branch can make an old commit, with the loose policy of its time, one of them.
    names = charged if subject.kind == "range" else set.intersection(*map(set, found))
    judged = [finding for name, finding in charged.items() if name in names or finding.rule == "AG908"]
    yield from (finding._replace(commit=subject.head) for finding in _told_once(judged, subject))


def _by_identity(findings: Iterable[Finding]) -> dict[tuple[object, ...], Finding]:
    return {(found.rule, found.path, found.data.get("key"), str(found.data.get("paths"))): found for found in findings}


def _told_once(findings: list[Finding], subject: Subject) -> Iterator[Finding]:
    """Yield ``findings`` as reports order them; the first that a person may decide otherwise says so.

    What mends every line of a file alike stands with the first of them.
    """
    told: set[tuple[str, str | None, str]] = set()
    decider = _decider(findings, subject)
    for finding in sorted(findings, key=lambda one: (one.path or "", one.line or 0, one.rule, one.message)):
        same = (finding.rule, finding.path, finding.fix)
        steps = [finding.fix] if same not in told else []
        if finding.rule in ("AG903", "AG904"):
            told.add(same)
        if decider and finding.rule in ("AG902", "AG903", "AG909"):
            steps.append(decider)
            decider = ""
        yield finding._replace(fix="\n".join(filter(None, steps)))


def _decider(findings: list[Finding], subject: Subject) -> str:
    if any((finding.rule, finding.data["key"]) == ("AG905", "policy") for finding in findings):
        return _FIRST
    what = "push" if subject.ref else "commit" if subject.kind == "staged" else "change"
    return _LATER.format(what) if subject.door == "local" else _LANDED


def _compare(repo: Repo, base: str | None, head: str | None, keys: _Keys, fault: str = "") -> Iterator[Finding]:
    from ..policy.enforcement import weakened
    from ..policy.side import Side

    side = Side.of(repo, base, head)
    yield from _policy(side, fault)
    yield from _exemptions(side)
    yield from _keys(side, keys)
    if base is not None:
        from .registry import metadata

        yield from (_finding(*found) for found in weakened(side, metadata()))


def _key_files(policy: Policy, subject: Subject, repo: Repo) -> _Keys:
    """Return the paths of signers and revoked keys: those of the base, and of the head where the base cannot tell."""
    policies = [policy]
    if policy.fault:
        from ..policy.load import load_tree
        from .registry import metadata

        policies.append(load_tree(repo, subject.head, metadata()).policy)
    return frozenset((one.verdicts["signers"], one.verdicts["revoked"]) for one in policies)


def _keys(side: Side, keys: _Keys) -> Iterator[Finding]:
    if any(side.touched(path) for pair in keys for path in pair):
        from ..policy.keyfiles import watched

        yield from (_finding(*found) for pair in sorted(keys) for found in watched(side, *pair))


def _policy(side: Side, fault: str) -> Iterator[Finding]:
    from ..policy.source import OWN, SHARED

    # What was broken can be mended without a touch: by removing the folder that stood where the file should be.
    if not (fault or side.touched(OWN) or side.touched(SHARED)):
        return
    from ..policy.load import load_tree
    from .registry import metadata

    try:
        new = load_tree(side.repo, side.head, metadata())
    except UsageError as error:
        yield from _invalid(OWN if side.touched(OWN) else SHARED, error)
        return
    yield from _readable(side, new, fault)


def _readable(side: Side, new: Loaded, fault: str) -> Iterator[Finding]:
    from ..policy.edits import homes, settings
    from ..policy.load import build, load_tree
    from .registry import metadata

    defaults = build(None, None, metadata())
    if fault:
        yield from _mended(new, fault)
        yield from map(_edited, settings(defaults, new, metadata()))
        return
    old = defaults if side.base is None else load_tree(side.repo, side.base, metadata())
    yield from map(_edited, homes(old, new, based=side.base is not None))
    if new.source is not None and side.base is not None:
        yield from map(_edited, settings(old, new, metadata()))


def _invalid(path: str, error: UsageError) -> Iterator[Finding]:
    fix = "correct it, or no later change can be judged; agentops-gate config validate lists all errors"
    for text in str(error).split("\n"):
        number, told = _located(path, text)
        yield _finding("AG904", told, path, fix, {"key": text})._replace(line=number)


def _located(path: str, text: str) -> tuple[int | None, str]:
    """Split ``path:3 (the index): what`` into the line and what is wrong in it; another text has no line."""
    where, _, told = text.removeprefix(f"{path}:").partition(": ")
    number = where.partition(" ")[0]
    return (int(number), told) if text.startswith(f"{path}:") and number.isdecimal() else (None, text)


def _mended(new: Loaded, fault: str) -> Iterator[Finding]:
    if new.source is None:
        raise UsageError(fault)
    message = "the policy of the base cannot be read: the built-in defaults judge this change, which mends it"
    fix = "compare it with the last one that was valid, and land it as a change of its own"
    yield _finding("AG908", message, new.source.path, fix, {"key": "policy", "why": fault.split("\n")})


def _exemptions(side: Side) -> Iterator[Finding]:
    path = "agentops-gates.exemptions"
    if not side.touched(path):
        return
    from ..complexity.exemptions import FORM, loosened, read, today

    if side.odd(path):
        yield _finding("AG904", "the list of exemptions is not a regular file", path, "make it one", {"key": path})
        return
    old, new = side.old(path) or b"", side.new(path) or b""
    for number, fault in read(new)[1]:
        found = _finding("AG904", fault, path, f"write each line as: {FORM}", {"key": f"line {number}: {fault}"})
        yield found._replace(line=number)
    lines = loosened(old, new, today())
    if lines:
        yield from _allowed(path, lines, first=side.base is None)
    elif old != new:
        message = "the list of exemptions changes, and allows no more than before"
        yield _finding("AG901", message, path, "", {"key": path})._replace(level="note")


def _allowed(path: str, lines: Sequence[Line], *, first: bool) -> Iterator[Finding]:
    if first:
        many = f"{len(lines)} lines" if len(lines) > 1 else "1 line"
        fix = "review it as the exception that each line becomes"
        yield _finding("AG905", f"a list of exemptions is introduced, with {many}", path, fix, {"key": path})
        return
    for number, clause in lines:
        found = _finding("AG903", clause, path, "bring the function to its limit instead", {"key": clause})
        yield found._replace(line=number)


def _edited(found: Edit) -> Finding:
    return _finding(*found[:5])._replace(line=found.line)


def _finding(rule: str, message: str, path: str, fix: str, data: Mapping[str, object]) -> Finding:
    """Build a finding; ``data`` holds at least a ``key``, which tells findings of one rule and file apart."""
    from ..policy.loosen import plain

    values = {key: plain(value) for key, value in data.items()}
    return Finding(rule, _LEVELS[rule], printable(message), path, fix=fix, data=values)
