"""A PASS claims no more than was seen: attacks on what counts as shown and as checked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from verdicts.council.councillib import PASS, Bench

from agentops_gates.verdicts.council import CouncilResult

# Looks at everything but src/, says so honestly, and has nothing against it.
PARTLY = "p = read(); answer(checked=[f['path'] for f in p['files'] if not f['path'].startswith('src/')])"
ROOTS = "".join(f"line{number} = {number}\n" for number in range(30))


def words(result: CouncilResult) -> tuple[Any, ...]:
    return result.verdict, result.not_checked, result.unseen


HIDDEN: dict[str, bytes] = {
    "a-nul-in-a-script": b"#!/bin/bash\n# tidy\n# \0\necho evil\n",
    "a-nul-far-down": b"# fine\n" * 3_000 + b"\0\n",
    "utf-16": "\ufeffimport evil\n".encode("utf-16-le"),
    "utf-16-without-a-nul": ("\ufeff" + "悪意のある" * 50).encode("utf-16-le"),
    "utf-32": "import evil\n".encode("utf-32"),
    "an-old-alphabet": "удалить всё\n".encode("koi8-r") * 9,
    "an-image": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
}


@pytest.mark.parametrize("content", HIDDEN.values(), ids=HIDDEN)
def test_what_is_not_shown_as_text_is_not_checked(bench: Bench, content: bytes) -> None:
    bench.workspace.commit("tidy", {"deploy.sh": content})
    assert words(bench.council(bench.judge("j", PASS))) == ("WARN", ("deploy.sh",), ())
    eased = bench.council(bench.judge("j", PASS), config={"required": ("*.py",)})
    assert words(eased) == ("PASS", (), ("deploy.sh",))


READABLE: dict[str, bytes] = {
    "utf-8": "größer 宽 \u202e\n".encode() * 50,
    "latin-1-prose": "# the crème brûlée has its recipe in an encoding of the nineties\n".encode("latin-1"),
    "control-characters": b"\x1b[2J\r\n",
    "empty": b"",
}


@pytest.mark.parametrize("content", READABLE.values(), ids=READABLE)
def test_what_a_judge_can_read_is_text(bench: Bench, content: bytes) -> None:
    bench.workspace.commit("text", {"notes.txt": content})
    assert words(bench.council(bench.judge("j", PASS))) == ("PASS", (), ())


def test_a_file_that_was_binary_or_becomes_it_is_not_checked(bench: Bench) -> None:
    bench.workspace.commit("binary", {"a.py": b"x\0"})
    assert words(bench.council(bench.judge("j", PASS))) == ("WARN", ("a.py",), ())


def test_a_submodule_is_not_checked(bench: Bench) -> None:
    bench.workspace.git("update-index", "--add", "--cacheinfo", f"160000,{bench.head},module")
    bench.workspace.git("commit", "-q", "-m", "module")
    assert words(bench.council(bench.judge("j", PASS))) == ("WARN", ("module",), ())


@pytest.mark.parametrize("away", [True, False], ids=["out-of-it", "into-it"])
def test_a_file_that_moves_is_required_at_both_places(bench: Bench, away: bool) -> None:
    names = ("src/auth.py", "attic.py") if away else ("attic.py", "src/auth.py")
    bench.base = bench.workspace.commit("there", {names[0]: ROOTS})
    (bench.workspace.path / "src").mkdir(exist_ok=True)
    bench.workspace.git("mv", *names)
    bench.workspace.commit("move", {})
    blind = bench.judge("j", "read(); answer(checked=['nothing-at-all'])")
    result = bench.council(blind, config={"required": ("src/**",)})
    assert words(result) == ("WARN", (names[1],), ())


def test_a_judge_of_a_folder_sees_what_goes_away_from_it(bench: Bench) -> None:
    bench.base = bench.workspace.commit("there", {"src/auth.py": ROOTS})
    bench.workspace.git("mv", "src/auth.py", "attic.py")
    bench.workspace.commit("move", {"c.md": "c\n"})
    seen = bench.programs / "seen"
    body = f"p = read(); open({str(seen)!r}, 'w').write(json.dumps([f['path'] for f in p['files']])); answer()"
    result = bench.council(bench.judge("sec", body, paths=("src/**",)), config={"required": ("src/**",)})
    assert json.loads(Path(seen).read_text()) == ["attic.py"]
    assert words(result) == ("PASS", (), ("c.md",))


@pytest.mark.parametrize("admitted", ["attic.py", "src/auth.py", "src", "src/**"])
def test_a_file_that_moved_is_not_checked_by_either_name(bench: Bench, admitted: str) -> None:
    bench.base = bench.workspace.commit("there", {"src/auth.py": ROOTS})
    bench.workspace.git("mv", "src/auth.py", "attic.py")
    bench.workspace.commit("move", {})
    result = bench.council(bench.judge("j", f"read(); answer(checked=['**'], not_checked=[{admitted!r}])"))
    assert result.verdict == "WARN"
    assert "attic.py" in result.not_checked


def test_what_is_not_required_is_recorded_all_the_same(bench: Bench) -> None:
    padding = "".join(f"# padding {number}\n" for number in range(12_000))
    bench.workspace.commit("more", {"src/a.py": "x = 2\n", "Makefile": f"all:\n\techo evil\n{padding}"})
    result = bench.council(bench.judge("j", PASS, context=100_000), config={"required": ("src/**",)})
    assert words(result) == ("PASS", (), ("Makefile",))


@pytest.mark.parametrize("name", ["**", "*", "src*", "src/**", "[s]rc/**"])
def test_a_file_with_the_name_of_a_glob_is_one_file(bench: Bench, name: str) -> None:
    bench.workspace.commit("glob", {"src/a.py": "import evil\n", name: "x\n"})
    body = f"p = read(); answer(checked=['a.py', {name!r}])"
    assert "src/a.py" in bench.council(bench.judge("j", body)).not_checked


def test_a_file_that_gave_its_name_to_a_folder_is_one_file(bench: Bench) -> None:
    bench.base = bench.workspace.commit("file", {"src": "x\n"})
    bench.workspace.commit("folder", {"src": None})
    bench.workspace.commit("folder", {"src/a.py": "import evil\n"})
    assert words(bench.council(bench.judge("j", PARTLY))) == ("WARN", ("src/a.py",), ())


def test_a_glob_that_a_moved_file_was_called_is_one_file(bench: Bench) -> None:
    bench.base = bench.workspace.commit("there", {"**": ROOTS})
    bench.workspace.git("mv", "**", "moved.py")
    bench.workspace.commit("move", {"src/a.py": "import evil\n"})
    body = "read(); answer(checked=['moved.py', '**'])"
    assert words(bench.council(bench.judge("j", body))) == ("WARN", ("src/a.py",), ())


def test_in_doubt_a_judge_has_not_checked_more(bench: Bench) -> None:
    bench.workspace.commit("glob", {"src/a.py": "x\n", "**": "x\n"})
    result = bench.council(bench.judge("j", "read(); answer(checked=['a.py', 'src', '**'], not_checked=['**'])"))
    assert words(result) == ("WARN", ("**", "a.py", "src/a.py"), ())


def test_brackets_in_a_name_are_no_glob(bench: Bench) -> None:
    bench.workspace.commit("route", {"pages/[id].tsx": "x\n"})
    assert words(bench.council(bench.judge("j", "read(); answer(checked=['a.py', 'pages/[id].tsx'])"))) == (
        "PASS",
        (),
        (),
    )
