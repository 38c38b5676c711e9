"""GitHub Actions: the event file says what happened, the environment says which commit was checked out.

Sources: docs.github.com "Variables reference" (GITHUB_SHA, GITHUB_REF, GITHUB_EVENT_PATH), "Events that trigger
workflows" (what GITHUB_SHA is for each event) and "Webhook events and payloads" (push, pull_request, merge_group);
github/docs#15302 for GITHUB_SHA of a pull request.

Which base is right
-------------------
pull_request: HEAD is a merge that GitHub made of the target branch and the pull request. ``pull_request.base.sha`` in
the event is where the target stood when the pull request was last touched and goes stale. So that merge is compared
with the target branch as fetched: their merge base is the merge's own first parent, however far the target has moved
on since. What is judged is exactly what pressing the button would do to the target, under the target's policy. Where
there is no such merge (Gitea) the head of the pull request is compared with the target branch.

push: on the default branch ``before``..``after``, forced or not. On any other branch the *whole branch* is compared
with the default branch, whatever was pushed before: measured from ``before``, a bad push followed by an empty one
would turn the status of the branch green. Where the policy protects that branch it is ``before``..``after`` again
(``subject.py``).

merge_group: the queue's own base, so that each entry answers for itself.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from ...model.errors import UndecidedError, UsageError
from ...model.light import TYPE_CHECKING, Any
from ...model.text import printable
from .facts import Range, base_missing, branch_name, commit_id, is_zero, on, remote_branch

if TYPE_CHECKING:
    from ...model.finding import Report
    from ...model.gate import Gate

NAME = "github"
DEPTH_ADVICE = "in the step that uses actions/checkout, under `with:`, add `fetch-depth: 0`"

# GitHub caps a webhook payload at 25 MB; anything near that is not an event of ours.
_EVENT_LIMIT = 32 << 20
_EXPLICIT = "name the base: `with: {base: <commit>}` for the action, `--base <commit>` for the command"


def detect(env: Mapping[str, str]) -> bool:
    """Whether this process runs in GitHub Actions."""
    return on(env, "GITHUB_ACTIONS")


def resolve(env: Mapping[str, str], name: str = NAME) -> Range:
    """Return what the workflow run is about; ``name`` is the provider that borrows GitHub's variables.

    Raises UsageError for an event that has no change to judge, UndecidedError for an unreadable event.
    """
    kind = env.get("GITHUB_EVENT_NAME", "")
    if kind == "pull_request_target":
        raise UsageError(
            f"{name}: pull_request_target runs with the repository's secrets on a checkout of the target branch, "
            "so there is no change here to judge",
            "trigger this workflow on `pull_request`",
        )
    reader = {"pull_request": _pull_request, "push": _push, "merge_group": _merge_group}.get(kind)
    if reader is None:
        raise base_missing(name, f"the event {kind or 'without a name'} does not say what changed", _EXPLICIT)
    found = reader(env, _event(env))
    return found._replace(name=name, event=kind, annotate=NAME if name == NAME else "")


def confirm(env: Mapping[str, str]) -> None:
    """Raise UsageError unless this run can be that of a required workflow, out of reach of what it judges.

    A workflow in the judged repository is the change's own: GitHub takes it from the test merge, or from the queue.
    """
    kind = env.get("GITHUB_EVENT_NAME", "")
    if kind not in ("pull_request", "merge_group"):
        why = f"a run for {printable(kind) or 'no event'} keeps nothing from landing"
        raise UsageError(f"boundary: {why}", "leave it out here: it is for pull_request and merge_group")
    here, workflow = env.get("GITHUB_REPOSITORY", ""), env.get("GITHUB_WORKFLOW_REF", "")
    if not here or workflow.count("/") < 2 or workflow.casefold().startswith(f"{here}/".casefold()):
        raise UsageError(
            "boundary: this workflow stands in the repository that it judges, where a change can edit it",
            "let a ruleset require the workflow from another repository, or leave boundary out",
        )


def _pull_request(env: Mapping[str, str], event: Mapping[str, Any]) -> Range:
    if _text(event, "action") == "closed":
        raise UsageError("a closed pull request has nothing left to judge", "remove `closed` from `types:`")
    target = branch_name(_text(event, "pull_request", "base", "ref"))
    tracking = remote_branch(target, "pull_request.base.ref")
    merged = _is_test_merge(env.get("GITHUB_REF", ""))
    if merged:
        head = commit_id(env.get("GITHUB_SHA", ""), "GITHUB_SHA")
    else:
        head = commit_id(_text(event, "pull_request", "head", "sha"), "pull_request.head.sha")
    source = _text(event, "pull_request", "head", "ref")
    opener = _names(event, ("pull_request", "user", "login"))
    ref = f"refs/heads/{target}"
    return Range(tracking, head, "", "", target, ref, source=source, pusher=opener, merged=merged)


def _is_test_merge(ref: str) -> bool:
    number = ref.removeprefix("refs/pull/").removesuffix("/merge")
    return ref == f"refs/pull/{number}/merge" and number.isdecimal()


def _push(env: Mapping[str, str], event: Mapping[str, Any]) -> Range:
    ref = _text(event, "ref")
    after = commit_id(_text(event, "after"), "after")
    before = commit_id(_text(event, "before"), "before")
    if is_zero(after):
        raise UsageError(f"{printable(ref)} was deleted: there is nothing to judge", "do not run on deletions")
    default = branch_name(_text(event, "repository", "default_branch"))
    previous = "" if is_zero(before) else before
    pusher = _names(event, ("pusher", "email"), ("pusher", "name"), ("sender", "login"))
    if ref == f"refs/heads/{default}":
        return Range(previous, after, "", "", default, ref, before=previous, pusher=pusher)
    tracking = remote_branch(default, "repository.default_branch")
    # A tag's `after` may be the tag object, which a shallow checkout does not fetch; GITHUB_SHA is its commit.
    head = after if ref.startswith("refs/heads/") else commit_id(env.get("GITHUB_SHA", ""), "GITHUB_SHA")
    return Range(tracking, head, "", "", default, ref, before=previous, pusher=pusher)


def _merge_group(_env: Mapping[str, str], event: Mapping[str, Any]) -> Range:
    ref = _text(event, "merge_group", "base_ref")
    target = branch_name(ref)
    remote_branch(target, "merge_group.base_ref")
    base = commit_id(_text(event, "merge_group", "base_sha"), "merge_group.base_sha")
    head = commit_id(_text(event, "merge_group", "head_sha"), "merge_group.head_sha")
    return Range(base, head, "", "", target, f"refs/heads/{target}")


def _event(env: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the event's payload; raise UndecidedError with one line if it cannot be had."""
    import json

    path = env.get("GITHUB_EVENT_PATH", "")
    try:
        with open(path, "rb") as file:
            content = file.read(_EVENT_LIMIT + 1)
        if len(content) > _EVENT_LIMIT:
            raise UndecidedError(f"the event file is larger than {_EVENT_LIMIT:,} bytes", _EXPLICIT)
        event = json.loads(content)
    except OSError as error:
        raise UndecidedError(f"cannot read GITHUB_EVENT_PATH={printable(path)}: {error.strerror}", _EXPLICIT) from error
    except (ValueError, RecursionError) as error:
        raise UndecidedError(f"the event file is not JSON: {printable(str(error))[:100]}", _EXPLICIT) from error
    if not isinstance(event, dict):
        raise UndecidedError("the event file holds no JSON object", _EXPLICIT)
    return event


def _text(event: Mapping[str, Any], *keys: str) -> str:
    """Return the string below ``keys``; "" when a level is missing or is something else, which no check lets pass."""
    value: Any = event
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def _names(event: Mapping[str, Any], *places: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (_text(event, *keys) for keys in places))))


def write_summary(report: Report, env: Mapping[str, str], gates: Sequence[Gate] = ()) -> None:
    """Append the report in Markdown to the file that GITHUB_STEP_SUMMARY names, if any. UndecidedError as below."""
    path = env.get("GITHUB_STEP_SUMMARY", "")
    if path:
        from ...formats.github import step_summary

        _append(path, step_summary(report, gates=gates))


def write_outputs(report: Report, env: Mapping[str, str], sarif_file: str = "") -> None:
    """Append ``outcome``, ``findings`` (their number), ``level`` and ``sarif-file`` to the file of GITHUB_OUTPUT.

    ``level`` is the lowest at which a verdict was accepted, empty if none was.
    Each value stands between delimiters that nobody can foresee, so no value can add another output.
    Raises UndecidedError when the file cannot be written: whoever reads ``outcome`` must not read an old one.
    """
    path = env.get("GITHUB_OUTPUT", "")
    if not path:
        return
    count = sum(len(gate.findings) for gate in report.gates)
    values = (
        ("outcome", report.outcome),
        ("findings", str(count)),
        ("level", _level(report)),
        ("sarif-file", sarif_file),
    )
    lines = []
    for name, value in values:
        delimiter = f"agentops_{os.urandom(16).hex()}"
        lines.append(f"{name}<<{delimiter}\n{value}\n{delimiter}\n")
    _append(path, "".join(lines))


def _level(report: Report) -> str:
    found = [finding.data.get("level") for gate in report.gates for finding in gate.findings]
    return str(min((level for level in found if isinstance(level, int)), default=""))


def _append(path: str, text: str) -> None:
    try:
        with open(path, "ab") as file:
            file.write(text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise UndecidedError(f"cannot write {printable(path)}: {error.strerror}") from error
