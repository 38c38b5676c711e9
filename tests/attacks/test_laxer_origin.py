from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import Workspace, branchy
from gates.gatelib import brief, judged


def test_what_comes_from_a_laxer_path_is_new(repo: Workspace) -> None:
    base = repo.commit("start", {"tests/a.py": branchy("f", 30)})
    head = repo.commit("move", {"tests/a.py": None, "src/a.py": branchy("f", 30)})
    for entry in ({"level": "off"}, {"level": "warn"}, {"max_complexity": 50}):
        found = judged(repo.path, base, head=head, overrides=[{"paths": ["tests/"], **entry}])
        assert brief(found) == ["AG602 error f None>31"]
    assert brief(judged(repo.path, base, head=head)) == []
    assert brief(judged(repo.path, base, head=head, overrides=[{"paths": ["src/"], "max_complexity": 50}])) == []


def test_what_comes_from_a_vendored_path_is_new(repo: Workspace) -> None:
    base = repo.commit("start", {".gitattributes": "vendor/** linguist-vendored\n", "vendor/a.py": branchy("f", 30)})
    head = repo.commit("move", {"vendor/a.py": None, "src/a.py": branchy("f", 30)})
    assert brief(judged(repo.path, base, head=head)) == ["AG602 error f None>31"]
    head = repo.commit("into another file", {"src/a.py": "x = 1\n" * 200 + branchy("f", 30)})
    assert brief(judged(repo.path, base, head=head)) == ["AG602 error f None>31"]


def test_a_renamed_folder_asks_git_once_and_not_for_each_file(
    repo: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = {".gitattributes": "vendor/** linguist-vendored\n"}
    base = repo.commit("start", marks | {f"a/m{n}.py": f"def f{n}(x):\n    return x\n" for n in range(40)})
    repo.git("mv", "a", "b")
    head = repo.commit("rename")
    log, spy = tmp_path / "log", tmp_path / "git"
    spy.write_text(f'#!/bin/sh\necho "$*" >>"{log}"\nexec "{shutil.which("git")}" "$@"\n')
    spy.chmod(0o755)
    monkeypatch.setenv("AGENTOPS_GIT", str(spy))
    assert judged(repo.path, base, head=head) == []
    assert len(log.read_text().splitlines()) < 12
