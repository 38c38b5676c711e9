"""Stops a change that makes a function more complex than it was and than the policy allows.

What it does
------------
Compares every function of the changed files with its own version in the base: HEAD against the index in a hook, the
merge base against the head of a range, every parent for a merge. It reads git objects, never the work tree, and only
those that differ. A function is found again by its qualified name, within a group of equal names by its body, its
decorators and its place; git's renames are followed, and a function that moved or was renamed keeps its history
(an equal body, or more than 60 % of its runs of four tokens in common). Every scope has its own number: nested
functions, methods of nested classes, class bodies, the code outside functions. Of two versions of a Python file only
the functions and methods that differ are parsed, where that provably comes to the numbers of the whole files.

The number is McCabe's cyclomatic complexity by radon's definition, asserts not counted (`asserts`, `counting`), and
cognitive complexity where `max_cognitive` is set. The base commit is the ratchet: nothing is stored, so nothing gets
stale and nothing conflicts, and an improvement becomes the ceiling when it lands.

Why
---
Complexity arrives a branch at a time, each of them too small to object to. A fixed threshold over whole files either
blocks whoever touches an old file or is raised until it blocks nobody; letter ranks miss four rises out of five.
What can be judged fairly is the change: it was 14, now it is 17, because of these three lines.

What blocks
-----------
- AG601: a function rose and is above `max_complexity` (10) afterwards. `mode = "any-rise"` blocks below the limit
  too, `"crossing"` only when it was at or below it before; `min_rise` tolerates smaller steps.
- AG602: a new function is above the limit.
- AG603: a file does not parse, and did before (or is new).
- AG604: a file became unmeasurable, or is new and cannot be measured: too large, not decodable, unmerged. Or it is a
  new or changed symbolic link whose name is that of source while its target's is not (`util.py -> data.txt`), or is
  that of another language: Python would import what nobody measures. A link to a folder, or to a name of the same
  language, hides nothing and is only noted.
- AG606: a comment newly allows a rule for a function. It does not count either.
- AG609: a file grew by more than `max_file_growth` decision points, where that is set.

The rest warns or notes: files that were not judged (AG605: the base version did not parse; a new name that is excluded
or no source; a symbolic link, a submodule, a notebook; a generated file), comments (AG607) and exemptions (AG608) that
do nothing, a file or change that grew although functions in it shrank (AG609). Code outside functions warns
(`top_level`). Without any base - a first commit - everything warns: a regression needs a before. A function that the
change does not make worse never blocks, however complex it is, nor does what one of a merge's parents already had.

`level` makes all of it warnings ("warn"), notes of what would be blocked ("trial") or nothing ("off");
`agentops-gate complexity replay --last 200` tells which commits of the past a policy would have stopped.

How to pass
-----------
Bring the function back to where it was, or to the limit: the finding names the decisions that were added and their
lines, for cognitive complexity what each costs where it is nested. Giving a branch or a loop body a function of its
own is the usual way.

Exceptions are made by people, before the change that needs them. Three kinds count, each only as the base has it:

- a comment inside the function, from its `def` line on, with rule and reason: `# agentops: allow[AG601] RFC 793`.
  Under `suppressions = "head"` a new comment counts at once and is shown as a warning. One that is misspelt, gives no
  reason or names a rule that no comment can allow does not count at all (AG607);
- a line in `agentops-gates.exemptions` at the root: `src/tcp.py::Connection.step = 24, RFC 793, 2027-01-31`. The
  function may then reach that cyclomatic number until the end of that day (UTC). Of two lines the lower limit counts;
- `exclude` and `overrides` in the policy, `linguist-generated` and `linguist-vendored` in `.gitattributes`, or a
  generated-file marker (`@generated`, `Code generated ... DO NOT EDIT.`) in the first five lines of the file.

What it cannot see
------------------
- Whether the code is good. A function cut into meaningless pieces passes; the note about the file's totals (AG609) is
  all that shows it, and a split over several new files shows in the totals of the change only.
- A new function in a path that the policy excludes or the base marks as generated, whatever it replaces elsewhere.
- Code that is data: `exec`, templates, files whose name tells no language, generated code, notebooks, submodules, and
  what a symbolic link points to that the base has already.
- Two steps. A mark in `.gitattributes`, a marker in a file, a comment or an exemption that was merged by one change
  excuses growth in the next: whoever reviews the first one decides. So does `min_rise` above 1 (many small steps), and
  `mode = "crossing"` lets what is above the limit grow on.
- Code that moves from a function into the module's own code or a class body: that only warns by default.
- Functions of a file whose base version could not be measured: it is said, and they are not judged this once.
- A syntax error outside the functions that changed, if the base has it too: the rest of the file is judged then.
- In a hook, whatever its author hides: the hook, and the cache of measured files below `agentops/` in the git
  directory, are the author's own. CI and servers measure everything themselves and never read that cache. So is the
  index: where it says that a file of the work tree is what was staged, git reads that file to find renames, so a forged
  one can pair what is staged with another old file. A push and CI compare trees, and read no index.
- Other languages than Python are measured by lizard: their numbers come without decision points, and functions with
  equal names are told apart by body and order only. It reads tokens, not a grammar: a syntax error there is no
  finding, and what follows it may be counted wrongly or not at all. Its tokenizer takes an apostrophe in the text of
  JSX, a Rust raw string that ends in a backslash and the end of a Java text block for the start of a string: what
  stands between two of them is not seen. In JavaScript, TypeScript, Go, C and C++ that is said (AG605), where the
  string that is none runs over lines and holds a brace, a tag or a semicolon. Nor is code in C macros, functions
  inside a JavaScript template, lambdas in Java fields, Rust statics and C++ namespaces, `and` and `or` in C++, and
  identifiers cut by a line splice or spelt with escapes.

References
----------
- T. J. McCabe, "A Complexity Measure", IEEE TSE 2(4), 1976; radon 6 for what counts:
  https://radon.readthedocs.io/en/latest/intro.html
- G. A. Campbell, "Cognitive Complexity", SonarSource, version 1.7
- lizard: https://github.com/terryyin/lizard

"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..git.repo import Repo
from ..model.finding import Finding
from ..model.gate import Gate, Rule, Setting
from ..model.subject import Subject
from ..policy.policy import Policy

_Identity = tuple[str | None, str]

META = Gate(
    id="complexity-regression",
    title="Stop functions from growing more complex",
    rules=(
        Rule(
            "AG601",
            "function-regressed",
            "error",
            "A function rose and is above the limit.",
            "The change made this function more complex than it was, and it ends above `max_complexity`. Take "
            "out the decisions that the finding names, or give a branch or a loop body a function of its own, "
            "until it is back where it was or at the limit. What cannot be simpler is exempt once a person has "
            "landed a line in `agentops-gates.exemptions`:"
            "\n\n    src/tcp.py::Connection.step = 24, RFC 793, 2027-01-31",
        ),
        Rule(
            "AG602",
            "new-function-too-complex",
            "error",
            "A new function is above the limit.",
            "A function without an earlier version has nothing to be measured by but the limit. Split it before "
            "it lands: a branch or a loop body can be a function of its own. One that was moved or renamed is "
            "recognised by its body and counts as the old one.",
        ),
        Rule(
            "AG603",
            "does-not-parse",
            "error",
            "A file does not parse, so its functions are not judged.",
            "Functions that cannot be read cannot be compared, and the next change could not compare them "
            "either. Correct the error at the line that the finding names. Python is read by the version that "
            "runs the gate: for newer syntax, run the gate with a newer one.",
        ),
        Rule(
            "AG604",
            "cannot-be-measured",
            "error",
            "A file cannot be measured any more.",
            "A file that was measured before must stay measurable, or growth could hide in it. Make it a "
            "regular, merged file of a size and an encoding that can be read, as the finding says. For what a "
            "program writes, a person lands `exclude` in the policy or a `linguist-generated` mark first.",
        ),
        Rule(
            "AG605",
            "not-judged",
            "warning",
            "A file was not judged, and why.",
            "Nothing is blocked here, but nothing was compared either, which is not a pass. Look at the file "
            "yourself; once the reason that the finding names is gone, the next change is judged.",
        ),
        Rule(
            "AG606",
            "suppression-added",
            "error",
            "A comment newly allows a rule for a function.",
            "A change cannot excuse itself: a comment counts once the base has it. Take it out and bring the "
            "function to its limit; if it is to be allowed, a person lands the comment first. Under "
            '`suppressions = "head"` it counts at once and is a warning.',
        ),
        Rule(
            "AG607",
            "suppression-useless",
            "warning",
            "A suppression is malformed or allows nothing.",
            "A comment that allows nothing misleads its reader, and would excuse a later rise. Remove it, or "
            "write it with rule and reason inside the function that needs it:"
            "\n\n    # agentops: allow[AG601] RFC 793",
        ),
        Rule(
            "AG608",
            "exemption-useless",
            "warning",
            "An exemption is expired, stale or malformed.",
            "A line that nobody needs any more would excuse a later rise. Remove it from "
            "`agentops-gates.exemptions`, or correct it: function, limit, reason, last day."
            "\n\n    src/tcp.py::Connection.step = 24, RFC 793, 2027-01-31",
        ),
        Rule(
            "AG609",
            "file-grew",
            "note",
            "A file grew as a whole.",
            "Splitting a function makes each part simpler and the whole no smaller: the totals show it. It "
            "blocks where the policy sets `max_file_growth`; then take decisions out of the file, or move what "
            "belongs elsewhere.",
        ),
    ),
    stages=("pre-commit", "pre-merge-commit", "pre-push"),
    kinds=("staged", "range"),
    settings=(
        Setting(
            "level",
            "choice",
            "error",
            'What a finding does: "trial" only notes what it would block.',
            "later",
            ("error", "warn", "trial", "off"),
            per_path=True,
        ),
        Setting(
            "mode",
            "choice",
            "regression",
            "When a rise is a regression: always, when it ends above the limit, or when it crosses the limit.",
            "later",
            ("any-rise", "regression", "crossing"),
            per_path=True,
        ),
        Setting(
            "max_complexity",
            "integer",
            10,
            "Highest cyclomatic complexity that a rise may end at.",
            "higher",
            minimum=1,
            per_path=True,
        ),
        Setting(
            "max_cognitive",
            "integer",
            0,
            "The same for cognitive complexity; 0 is off.",
            "higher or zero",
            per_path=True,
        ),
        Setting("min_rise", "integer", 1, "Smaller rises are tolerated.", "higher", minimum=1, per_path=True),
        Setting(
            "counting",
            "choice",
            "radon",
            "What counts: radon's rules, or also what radon overlooks (except*, guarded wildcards, inside asserts).",
            "later",
            ("strict", "radon"),
        ),
        Setting("asserts", "boolean", False, "Whether asserts count."),
        Setting(
            "top_level",
            "choice",
            "warn",
            "What a finding about code outside functions (module, class body) does.",
            "later",
            ("error", "warn", "off"),
            per_path=True,
        ),
        Setting(
            "max_file_growth",
            "integer",
            0,
            "Decision points that a file may gain; 0 is off.",
            "higher or zero",
            per_path=True,
        ),
        Setting(
            "suppressions",
            "choice",
            "base",
            "Which suppression comments count: those that the base has, or those of the change too.",
            "later",
            ("base", "head"),
        ),
        Setting("exclude", "globs", (), "Globs of paths that are not judged.", "more"),
    ),
)


def check(subject: Subject, policy: Policy, repo: Repo) -> Iterator[Finding]:
    """Yield what ``subject`` makes worse; see ``complexity/findings.py`` for the errors."""
    from ..complexity.findings import findings, measured
    from ..complexity.measure import Measurer

    # Whoever commits here can write the cache, so only the door that binds nobody else reads it.
    with measured(repo, trusted=subject.door == "local") as cache:
        records = Measurer(repo.objects, cache)
        said = set()
        for finding in findings(subject, policy, repo, records):
            said.add(_identity(finding))
            yield finding
        if subject.onto is not None:
            yield from _resurrected(subject, subject.onto, said, lambda one: findings(one, policy, repo, records))


def _resurrected(
    subject: Subject, onto: str, said: set[_Identity], judged: Callable[[Subject], Iterator[Finding]]
) -> Iterator[Finding]:
    """Yield what is worse than in some merge base and than where it goes: merging would bring an old version back."""
    worse = {_identity(finding) for finding in judged(subject._replace(bases=(onto,))) if finding.level == "error"}
    for base in subject.bases:
        for finding in judged(subject._replace(bases=(base,))):
            if _identity(finding) in worse - said:
                said.add(_identity(finding))
                yield finding


def _identity(finding: Finding) -> _Identity:
    return finding.path, finding.data.get("qualname") or finding.rule
