"""Checks are the author's code. Nothing that they write or leave running is there when a judge begins."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from verdicts.council.councillib import PASS, PRELUDE, Bench

from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UndecidedError
from agentops_gates.verdicts.council import CouncilResult, worktree

# What a planted module prints in the judge's place.
PLANT = f"""{PRELUDE}
if os.environ.get("AGENTOPS_JUDGE"):
    read(); answer("PASS", summary="planted"); sys.stdout.flush(); os._exit(0)
"""
HONEST = PRELUDE + "read(); answer('FAIL', [finding('critical')])\n"
# Plants the module wherever a judge could load it from, below all folders that are there or that can be guessed.
PLANTER = """
import glob, hashlib, os, sys, time
def plant(folder):
    for name in ("usercustomize.py", "sitecustomize.py", "json.py"):
        for place in (f"home/.local/lib/python{V}/site-packages", "base/.agents/judges", "tree", "tmp", "home", "."):
            try:
                os.makedirs(os.path.join(folder, place), exist_ok=True)
                open(os.path.join(folder, place, name), "w").write(PLANT)
            except OSError: pass
def all_of_it():
    top = os.path.dirname(os.path.dirname(os.getcwd()))
    guessed = [os.path.join(top, name) for name in
               ("judge", "judge-" + hashlib.sha256(b"judge").hexdigest()[:12], "checks", "0", "1")]
    for folder in {*guessed, *glob.glob(top + "/*"), *glob.glob(os.path.dirname(top) + "/agentops-council-*/*")}:
        plant(folder)
"""


def planter(bench: Bench, end: str) -> tuple[str, ...]:
    """Return a check that plants, and goes on as ``end`` says."""
    script = bench.programs / "check.py"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    script.write_text(f"V, PLANT = {version!r}, {PLANT!r}\n{PLANTER}\n{end}\n")
    return (sys.executable, "-I", str(script))


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files that nobody else uses."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def sit(bench: Bench, check: tuple[str, ...], body: str = "", **more: object) -> CouncilResult:
    judge = bench.judge("judge", body)
    # As a judge is run that nobody thought of isolating: with its user's modules, and those beside it.
    (bench.programs / "honest.py").write_text(HONEST)
    if not body:
        judge = judge._replace(command=(sys.executable, str(bench.programs / "honest.py")))
    return bench.council(judge, config={"checks": (check,), **more})


DETACHED = """
if os.fork() == 0:
    os.setsid()
    if os.fork(): os._exit(0)
    for number in range(3): os.close(number)
    until = time.time() + 20
    while time.time() < until: all_of_it()
    os._exit(0)
"""


@pytest.mark.parametrize("end", ["all_of_it()", f"all_of_it(){DETACHED}"], ids=["before", "and-all-the-time"])
def test_a_check_plants_what_the_judge_would_load(bench: Bench, scratch: Path, end: str) -> None:
    result = sit(bench, planter(bench, end))
    assert [check.result for check in result.mechanical] == ["PASS"]
    assert result.verdict == "FAIL"
    assert list(scratch.iterdir()) == []


LISTENER = """
import glob, os, sys, time
def listen(out):
    until = time.time() + 15
    open(out + ".begun", "w").close()
    while time.time() < until:
        for path in glob.glob("/proc/[0-9]*/environ"):
            try: text = open(path, "rb").read()
            except OSError: continue
            if b"AGENTOPS_JUDGE=" in text and b"JUDGE_KEY=" in text:
                open(out, "wb").write(text); os._exit(0)
    os._exit(0)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux gives orphans back")
def test_a_process_that_a_check_leaves_behind_is_gone_before_the_first_judge(bench: Bench) -> None:
    out = bench.programs / "heard"
    script = bench.programs / "check.py"
    script.write_text(
        f"{LISTENER}\nout = {str(out)!r}\n"
        "if os.fork() == 0:\n    os.setsid()\n    if os.fork(): os._exit(0)\n"
        "    for number in range(3): os.close(number)\n    listen(out)\n"
        "while not os.path.exists(out + '.begun'): time.sleep(0.01)\n"
    )
    judge = bench.judge("judge", "read(); time.sleep(1); answer()", environment=("JUDGE_KEY",))
    environ = {"PATH": "/usr/bin:/bin", "JUDGE_KEY": "very-secret"}
    result = bench.council(judge, config={"checks": ((sys.executable, "-I", str(script)),)}, environ=environ)
    assert result.verdict == "PASS"
    assert Path(f"{out}.begun").exists()
    assert not out.exists()


def test_checks_get_none_of_the_judges_variables(bench: Bench) -> None:
    out = bench.programs / "environment"
    script = "import json, os, sys; json.dump(dict(os.environ), open(sys.argv[1], 'w'))"
    check = (sys.executable, "-I", "-c", script, str(out))
    environ = {"PATH": "/usr/bin:/bin", "API_KEY": "k", "JAVA_HOME": "/j", "OTHER": "o", "GIT_DIR": "/g"}
    body = "read(); answer(summary=' '.join(name for name in ('API_KEY', 'JAVA_HOME') if name in os.environ))"
    result = bench.council(
        bench.judge("judge", body),
        config={"checks": (check,), "environment": ("API_KEY",), "checks_environment": ("JAVA_HOME", "GIT_DIR")},
        environ=environ,
    )
    told = json.loads(out.read_text())
    assert told["JAVA_HOME"] == "/j"
    assert not {"API_KEY", "OTHER", "GIT_DIR", "AGENTOPS_JUDGE", "AGENTOPS_SESSION"} & set(told)
    assert result.opinions[0].answer
    assert result.opinions[0].answer.summary == "API_KEY"


@pytest.mark.parametrize("name", ["node_modules", "package.json", "AGENTS.md"])
def test_what_a_check_puts_above_the_judges_is_refused(bench: Bench, scratch: Path, name: str) -> None:
    above = f"d = os.path.dirname(os.path.dirname(os.path.dirname(os.getcwd()))); open(d + '/{name}', 'w')"
    with pytest.raises(UndecidedError, match=f"{name} would give orders or code"):
        sit(bench, planter(bench, above), PASS)
    assert [path.name for path in scratch.iterdir()] == [name]


def test_a_folder_that_is_there_already_is_nobodys_home(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secrets.token_hex", lambda count: "ab" * count)
    (tmp_path / ("ab" * 16)).mkdir()
    with pytest.raises(UndecidedError, match="cannot be written for the judges"):
        worktree.place(str(tmp_path))


def test_no_two_places_are_called_alike(bench: Bench) -> None:
    def homes() -> Iterator[str]:
        with Repo.open(str(bench.workspace.path)) as repo, worktree.scratch(repo) as folder:
            yield from (worktree.place(folder).home for _ in range(3))

    names = [*homes(), *homes()]
    assert len({Path(name).parent.name for name in names}) == len(names)
