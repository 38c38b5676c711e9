"""Editing .pre-commit-config.yaml: only lines are added, in the style that is there, and it says what it should."""

from __future__ import annotations

import difflib
from typing import Any

import pytest

from agentops_gates.entry.precommit import REPOSITORY, Entry, chosen, edit
from agentops_gates.gates.registry import metadata
from agentops_gates.policy.hookids import known
from agentops_gates.policy.yamldoc import plain

ENTRY = Entry("v0.1.0", ("agentops-pre-commit", "agentops-pre-push"), ("pre-commit", "pre-push"), known(metadata()))
OURS = {
    "repo": REPOSITORY,
    "rev": "v0.1.0",
    "hooks": [{"id": "agentops-pre-commit"}, {"id": "agentops-pre-push"}],
}

# What `pre-commit sample-config` prints.
SAMPLE = """# See https://pre-commit.com for more information
# See https://pre-commit.com/hooks.html for more hooks
repos:
-   repo: https://github.com/pre-commit/pre-commit-hooks
    rev: v3.2.0
    hooks:
    -   id: trailing-whitespace
    -   id: end-of-file-fixer
"""
WIDE = """# licence

ci:
  autofix_prs: false  # not ours

# all of them
repos:
  # first
  - repo: local
    hooks:
      - id: a
        entry: "x"      # aligned
        args: [--one,
               --two]

  - repo: https://example.org/b
    rev: 'v1'
    hooks:
      - id: b
      # - id: c

# at the end
minimum_pre_commit_version: "3.2.0"
"""
BLOCK = """repos:
- repo: x
  hooks:
  - id: a
    exclude: |
      (?x)^(
      # this is no comment
      )$
fail_fast: true
"""

ADDED = {
    "sample": SAMPLE,
    "wide": WIDE,
    "block scalar": BLOCK,
    "block scalar that keeps its newlines": BLOCK.replace("|", "|-") + "# end\n",
    "nothing": "",
    "a comment": "# nothing yet\n",
    "other keys": "fail_fast: true\n",
    "document start": f"%YAML 1.2\n---\n{SAMPLE}",
    "no newline at the end": SAMPLE.rstrip("\n"),
    "CRLF": SAMPLE.replace("\n", "\r\n"),
    "byte order mark": "\ufeff" + SAMPLE,
    "comment right below the list": SAMPLE + "#    - id: commented-out\n",
    "hook types": "default_install_hook_types:\n  - commit-msg # why\n" + SAMPLE,
    "all hook types": "default_install_hook_types: [pre-push, pre-commit]\n" + SAMPLE,
    "hooks with an anchor": "repos:\n- repo: x\n  hooks: &all\n  - id: a\n",
    "hooks in flow style": "repos:\n- repo: x\n  hooks: [{id: a}]\n",
    "a key that is a list": "? [a, b]\n: c\n" + SAMPLE,
    "non-ASCII": "repos:\n- repo: x\n  hooks:\n  - id: a\n    name: caf\u00e9 \U0001f600 # \u00fc\n",
    "local hooks with ids like ours": "repos:\n- repo: local\n  hooks:\n  - id: policy-change\n    entry: ./mine.sh\n",
    "the same repository by another name": SAMPLE.replace("pre-commit/pre-commit-hooks", "agentops-gates/other"),
}

REWRITTEN = {
    "empty list": "---\n# why\nrepos: []\n",
    "no list": "repos:\n",
    "flow style": "{repos: [{repo: a, hooks: [{id: 'b'}]}]}\n",
    "block scalar at the end that keeps its newlines": "repos:\n- repo: x\n  hooks:\n  - id: |+\n      x\n\n\n",
    "an anchor": "repos: &all\n- repo: x\n  hooks: []\n",
    "empty hook types": "default_install_hook_types:\nrepos:\n- repo: x\n  hooks: []\n",
}

# One or two of ours are there: what is written, and where the missing ones must go.
PUSH_ONLY = f"""repos:
  # ours
  - repo: {REPOSITORY}
    rev: v0.1.0
    hooks:
      - id: agentops-pre-push  # yes
        verbose: true
      # - id: what was tried

  # theirs
  - repo: https://example.org/b
    rev: 'v1'
    hooks:
      - id: b
"""
COMPLETED = {
    "in the middle": (
        PUSH_ONLY,
        "        verbose: true\n      # - id: what was tried\n",
        "      - id: agentops-pre-commit\n",
    ),
    "at the end": (
        f"repos:\n-   repo: {REPOSITORY}\n    rev: v0.0.9\n    hooks:\n    -   id: agentops-pre-commit",
        "    -   id: agentops-pre-commit\n",
        "    -   id: agentops-pre-push\n",
    ),
    "CRLF": (
        PUSH_ONLY.replace("\n", "\r\n"),
        "      # - id: what was tried\r\n",
        "      - id: agentops-pre-commit\r\n",
    ),
    "beside what is no repository": (
        f"repos:\n- repo: {REPOSITORY}\n  rev: v1\n  hooks:\n  - id: agentops-pre-push\n- nonsense\n- repo: x\n",
        "  - id: agentops-pre-push\n",
        "  - id: agentops-pre-commit\n",
    ),
    "a fork by another name": (
        "repos:\n- repo: /srv/git/x.git\n  rev: v1\n  hooks:\n  - id: agentops-pre-push\n",
        "  - id: agentops-pre-push\n",
        "  - id: agentops-pre-commit\n",
    ),
    "a fork, behind another hook": (
        SAMPLE + "- repo: git@example.org:me/agentops-gates\n  rev: v1\n  hooks:\n  - id: agentops-pre-push\nci: {}\n",
        "  - id: agentops-pre-push\n",
        "  - id: agentops-pre-commit\n",
    ),
}

SAME = {
    "there already": edit(SAMPLE, ENTRY),
    "another version": edit(SAMPLE, ENTRY).replace("v0.1.0", "v0.0.9"),
    "one gate": edit(SAMPLE, ENTRY).replace("agentops-pre-commit", "complexity-regression"),
    "a mirror": edit(SAMPLE, ENTRY).replace(REPOSITORY, "git@example.org:mirrors/agentops-gates.git"),
    "a renamed fork": edit(SAMPLE, ENTRY).replace(REPOSITORY, "https://example.org/me/ag"),
    "a local path": edit(SAMPLE, ENTRY).replace(REPOSITORY, "/srv/git/gates.git"),
    "one gate of a mirror": edit(SAMPLE, ENTRY)
    .replace(REPOSITORY, "/srv/git/gates.git")
    .replace("agentops-pre-commit", "policy-change"),
    "two gates": edit(SAMPLE, ENTRY)
    .replace("agentops-pre-commit", "complexity-regression")
    .replace("agentops-pre-push", "policy-change"),
    "a local hook with the name of ours": "default_install_hook_types: [pre-commit, pre-push]\n"
    "repos:\n- repo: local\n  hooks: [{id: agentops-pre-commit, entry: agentops-gate hook pre-commit}]\n",
    "a local hook": "default_install_hook_types: [pre-commit, pre-push]\n"
    "repos:\n- repo: local\n  hooks: [{id: x, entry: agentops-gate hook pre-commit}]\n",
}


def says(text: str) -> Any:
    return plain(text.removeprefix("\ufeff").encode())


@pytest.mark.parametrize("text", SAME.values(), ids=SAME)
def test_what_is_there_stays_as_it_is(text: str) -> None:
    assert edit(text, ENTRY) == text


@pytest.mark.parametrize("text", ADDED.values(), ids=ADDED)
def test_only_lines_are_added(text: str) -> None:
    new = edit(text, ENTRY)
    removed = [line for line in difflib.ndiff(text.splitlines(), new.splitlines()) if line.startswith("- ")]
    assert removed == []
    assert ("\r\n" in text) == ("\r\n" in new) == (new.count("\n") == new.count("\r\n"))
    check(text, new)


@pytest.mark.parametrize(("text", "above", "added"), COMPLETED.values(), ids=COMPLETED)
def test_the_missing_hooks_join_the_others(text: str, above: str, added: str) -> None:
    new = edit(text, ENTRY)
    assert above + added in new
    types = "default_install_hook_types: [pre-commit, pre-push]" + ("\r\n" if "\r\n" in text else "\n")
    whole = text if text.endswith("\n") else f"{text}\n"
    assert new.replace(types, "").replace(added, "", 1) == whole
    assert says(new)["repos"][0].get("rev") == says(text)["repos"][0].get("rev")
    assert edit(new, ENTRY) == new
    assert chosen(new, ENTRY) == []


def test_hooks_in_flow_style_are_completed_too() -> None:
    text = f"repos:\n- repo: {REPOSITORY}\n  rev: v1  # why\n  hooks: [{{id: agentops-pre-push}}]\n"
    new = edit(text, ENTRY)
    assert says(new)["repos"][0]["hooks"] == [{"id": "agentops-pre-push"}, {"id": "agentops-pre-commit"}]
    assert "# why" in new


def test_a_list_that_two_repositories_share_is_not_guessed_at() -> None:
    text = (
        f"repos:\n- repo: x\n  hooks: &all\n  - id: agentops-pre-push\n- repo: {REPOSITORY}\n  rev: v1\n  hooks: *all\n"
    )
    with pytest.raises(ValueError, match="by hand"):
        edit(text, ENTRY)


@pytest.mark.parametrize("name", ["one gate", "two gates", "a local hook", "a local hook with the name of ours"])
def test_hooks_that_somebody_chose_are_named(name: str) -> None:
    found = chosen(SAME[name], ENTRY)
    assert found
    assert all(hook in SAME[name] for hook in found)


@pytest.mark.parametrize("text", [SAME["there already"], SAMPLE, ""], ids=["all", "none", "empty"])
def test_all_or_none_is_no_choice(text: str) -> None:
    assert chosen(text, ENTRY) == []


@pytest.mark.parametrize("text", REWRITTEN.values(), ids=REWRITTEN)
def test_other_styles_are_written_anew(text: str) -> None:
    check(text, edit(text, ENTRY))


def check(text: str, new: str) -> None:
    before, after = says(text) or {}, says(new)
    assert after.pop("repos") == [*(before.pop("repos", None) or []), OURS]
    types = before.pop("default_install_hook_types", None) or []
    assert after.pop("default_install_hook_types") == types + [kind for kind in ENTRY.types if kind not in types]
    assert after == before
    assert edit(new, ENTRY) == new


def test_the_style_of_the_list_is_kept() -> None:
    assert edit(SAMPLE, ENTRY) == SAMPLE.replace(
        "repos:", "default_install_hook_types: [pre-commit, pre-push]\nrepos:"
    ) + (
        f"-   repo: {REPOSITORY}\n    rev: v0.1.0\n    hooks:\n"
        "    -   id: agentops-pre-commit\n    -   id: agentops-pre-push\n"
    )


def test_comments_stay_with_what_they_are_about() -> None:
    new = edit(WIDE, ENTRY)
    ours = (
        f"      # - id: c\n\n  - repo: {REPOSITORY}\n    rev: v0.1.0\n    hooks:\n"
        "      - id: agentops-pre-commit\n      - id: agentops-pre-push\n\n# at the end\nminimum_pre_commit_version"
    )
    assert ours in new
    assert "\ndefault_install_hook_types: [pre-commit, pre-push]\n# all of them\nrepos:\n" in new


def test_a_missing_hook_type_joins_the_list_that_is_there() -> None:
    new = edit("default_install_hook_types: [commit-msg] # why\n" + SAMPLE, ENTRY)
    assert new.startswith("default_install_hook_types: [commit-msg, pre-commit, pre-push] # why\n")


BROKEN = {
    "not YAML": ("repos: [", "not valid YAML"),
    "tab": ("repos:\n\t- x\n", r"not valid YAML \(line 2\)"),
    "duplicate key": ("repos: []\nrepos: []\n", r"not valid YAML \(line 2\)"),
    "old format": ("- repo: x\n", "in the old format: run pre-commit migrate-config"),
    "text": ("hello\n", "not a configuration of pre-commit"),
    "repos is text": ("repos: x\n", "not a configuration of pre-commit"),
    "hook types are text": ("default_install_hook_types: pre-commit\nrepos: []\n", "not a configuration of pre-commit"),
    "two documents": ("repos: []\n---\nrepos: []\n", "not valid YAML"),
    "large": ("#" * 70_000, "larger than 65,536 bytes"),
}


@pytest.mark.parametrize(("text", "reason"), BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_extended_is_refused_in_words(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{reason}"):
        edit(text, ENTRY)
