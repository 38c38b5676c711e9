from __future__ import annotations

import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

from conftest import Workspace

from agentops_gates.gates.engine import Limits, run
from agentops_gates.gates.registry import GateModule
from agentops_gates.git.repo import Repo
from agentops_gates.model.finding import Finding
from agentops_gates.model.gate import Gate
from agentops_gates.model.subject import Subject


def _slow(*_: Any) -> Iterator[Finding]:
    time.sleep(5)
    yield from ()


def test_all_subjects_share_one_deadline(repo: Workspace) -> None:
    head = repo.commit("start")
    gate = cast("GateModule", SimpleNamespace(META=Gate("complexity-regression", "", (), (), ("range",)), check=_slow))
    started = time.monotonic()
    with Repo.open(str(repo.path)) as opened:
        report = run(opened, [Subject("range", (head,), head)] * 20, [gate], Limits(seconds=0.3))
    assert report.outcome == "undecided"
    assert time.monotonic() - started < 3
