"""A push of several refs: every finding says whose it is. A run over one subject does not repeat what it is about."""

from __future__ import annotations

import json
import sys

import pytest
from conftest import Workspace, branchy, make_repository
from formats.sample_reports import BASE, DELTA, HEAD, HOSTILE, LOOSENED, META, NEW, OTHER, UNUSED

from agentops_gates.formats.registry import get
from agentops_gates.formats.text import render
from agentops_gates.model.finding import GateResult, Report
from agentops_gates.model.subject import RefUpdate, Subject

FINDINGS = (
    NEW._replace(commit=HEAD),
    UNUSED._replace(commit=OTHER),
    DELTA._replace(commit=OTHER),
    LOOSENED._replace(commit="c" * 40),
)


def subject(name: str, head: str) -> Subject:
    return Subject("range", (BASE,), head, RefUpdate(name, head, name, BASE))


def report(*subjects: Subject, findings: tuple = FINDINGS) -> Report:
    return Report(subjects, (GateResult("complexity-regression", "fail", "", findings),), 0.1)


ONE = subject("refs/heads/topic", HEAD)
TWO = subject("refs/tags/v1", OTHER)
FORMATS = ("text", "markdown", "github", "junit")


@pytest.mark.parametrize("name", FORMATS)
def test_one_ref_is_not_repeated(name: str) -> None:
    assert "refs/heads/topic" not in get(name)(report(ONE), gates=META)


@pytest.mark.parametrize("name", FORMATS)
def test_each_finding_names_its_ref(name: str) -> None:
    shown = get(name)(report(ONE, TWO), gates=META)
    for ref in ("refs/heads/topic at 1f1f1f1f1f1f", "refs/tags/v1 at bbbbbbbbbbbb"):
        assert ref in shown


def test_text_of_a_block_and_of_a_plain_note() -> None:
    shown = render(report(ONE, TWO))
    assert "  at   src/flask/http.py:12\n  ref  refs/heads/topic at 1f1f1f1f1f1f\n  fix  " in shown
    assert "note AG609: src/flask/helpers.py:40: `helper` rose from 3 to 5 (refs/tags/v1 at\n       bbbb" in shown
    # This one is about a commit in between, which stands where the place stands.
    assert "  at   commit cccccccccccc\n  fix  " in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_refs_with_the_same_commit_are_named_together_up_to_three() -> None:
    same = [subject(f"refs/heads/b{n}", HEAD) for n in range(5)]
    assert "  ref  refs/heads/b0, refs/heads/b1 at 1f1f1f1f1f1f\n" in render(report(*same[:2]))
    assert "refs/heads/b0, refs/heads/b1, refs/heads/b2 and 2 more at" in " ".join(render(report(*same)).split())


def test_json_names_the_commit_of_a_finding_and_of_each_ref() -> None:
    document = json.loads(get("json")(report(ONE, TWO)))
    heads = {ref["remote_ref"]: ref["head"] for ref in document["subject"]["refs"]}
    assert heads == {"refs/heads/topic": HEAD, "refs/tags/v1": OTHER}
    assert {finding["commit"] for finding in document["gates"][0]["findings"]} >= {HEAD, OTHER}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_ref_that_wants_to_fool_the_reader_stays_in_its_column(text: str) -> None:
    shown = render(report(subject(f"refs/heads/{text}", HEAD), TWO))
    assert all(line.isprintable() for line in shown.splitlines())
    assert sum(line.startswith("  ref  ") for line in shown.splitlines()) == 2
    assert max(map(len, shown.splitlines())) <= 200


def test_a_real_push_of_two_branches(repo: Workspace) -> None:
    remote = make_repository(repo.path.parent / "remote.git", "--bare")
    repo.commit("start", {"a.py": branchy("f", 5), "agentops-gates.toml": "version = 1\n"})
    repo.git("remote", "add", "origin", str(remote.path))
    repo.git("push", "-q", "-u", "origin", "main")
    hook = f'#!/bin/sh\nexec "{sys.executable}" -I -m agentops_gates hook pre-push "$@"\n'
    repo.write(".git/hooks/pre-push", hook).chmod(0o755)
    repo.git("switch", "-q", "-c", "grows")
    grown = repo.commit("grow", {"a.py": branchy("f", 15)})
    repo.git("switch", "-q", "-c", "loosens", "main")
    loose = repo.commit("loosen", {"agentops-gates.toml": "[gates.complexity-regression]\nmax_complexity = 50\n"})
    done = repo.run_git("push", "-q", "origin", "main", "grows", "loosens")
    shown = done.stderr.decode()
    blocks = {block.split(":")[0]: block for block in shown.split("\n\n")}
    assert done.returncode == 1
    assert f"\n  ref  refs/heads/grows at {grown[:12]}\n" in blocks["error AG601"]
    assert f"\n  ref  refs/heads/loosens at {loose[:12]}\n" in blocks["error AG902"]
    alone = repo.run_git("push", "-q", "origin", "grows").stderr.decode()
    assert "error AG601" in alone
    assert "  ref  " not in alone
