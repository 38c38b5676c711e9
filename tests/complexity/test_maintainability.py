"""``complexity diff --files``: radon's own numbers for whole files, whatever the files hold."""

from __future__ import annotations

import pytest
from conftest import Workspace, branchy
from radon.metrics import mi_visit
from radon.raw import analyze

from agentops_gates.complexity.maintainability import file_changes
from agentops_gates.git.repo import Repo

SIMPLE, BRANCHY = branchy("f", 2), branchy("f", 30)


def test_numbers_are_radons(repo: Workspace) -> None:
    repo.commit("start", {"app.py": SIMPLE, "notes.txt": "x"})
    repo.commit("grow", {"app.py": BRANCHY, "notes.txt": "y", "new.py": SIMPLE})
    with Repo.open(str(repo.path)) as opened:
        rows = {row.path: row for row in file_changes(opened, opened.commit("HEAD~1"), opened.commit("HEAD"))}
    assert set(rows) == {"app.py", "new.py"}
    before, after = rows["app.py"].before, rows["app.py"].after
    assert before is not None
    assert after is not None
    assert (before.maintainability, before.sloc) == (round(mi_visit(SIMPLE, multi=True), 1), analyze(SIMPLE).sloc)
    assert (after.maintainability, after.sloc) == (round(mi_visit(BRANCHY, multi=True), 1), analyze(BRANCHY).sloc)
    assert after.maintainability < before.maintainability
    assert rows["new.py"].before is None


@pytest.mark.parametrize(
    "blob",
    [
        pytest.param(b"def f(:\n", id="syntax-error"),
        pytest.param(b"x = '\xff'\n", id="not-utf-8"),
        pytest.param(b"x = 1\0\n", id="nul"),
        pytest.param(b"x = " + b"(" * 5000 + b")" * 5000, id="too-deep"),
        pytest.param(b"x = 1\n" * 300_000, id="too-large"),
    ],
)
def test_what_radon_cannot_read_has_no_numbers(repo: Workspace, blob: bytes) -> None:
    repo.commit("start", {"app.py": SIMPLE})
    repo.commit("break", {"app.py": blob})
    with Repo.open(str(repo.path)) as opened:
        (row,) = file_changes(opened, opened.commit("HEAD~1"), opened.commit("HEAD"))
    assert row.before is not None
    assert row.after is None
