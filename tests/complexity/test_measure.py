"""Measuring through the cache: each blob read and parsed once, nothing heavy imported for what is known."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Workspace

from agentops_gates.complexity.cache import Cache
from agentops_gates.complexity.languages import LANGUAGES
from agentops_gates.complexity.measure import MAX_BYTES, Measurer, engine_id, measure
from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UndecidedError

PACKAGE_ROOT = str(Path(__file__).parents[2])


class Counting:
    """The objects of a repository; remembers what was read."""

    def __init__(self, repo: Repo) -> None:
        self._objects = repo.objects
        self.read: list[str] = []

    def blob(self, oid: str, limit: int | None = None) -> bytes | None:
        self.read.append(oid)
        return self._objects.blob(oid, limit)


def blob(workspace: Workspace, content: str | bytes) -> str:
    return workspace.git(
        "hash-object", "-w", "--stdin", stdin=content if isinstance(content, bytes) else content.encode()
    )


@pytest.fixture
def directory(tmp_path: Path) -> str:
    return str(tmp_path / "agentops" / "complexity")


CONTENTS = {
    "python": "def f(a):\n    return a or 1\n",
    "go": "package a\nfunc f() { if a {} }\n",
    "a syntax error": "def f(:\n",
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS.keys())
def test_each_blob_is_read_and_parsed_once_ever(repo: Workspace, content: str, directory: str) -> None:
    language = "go" if "package" in content else "python"
    oid = blob(repo, content)
    with Repo.open(str(repo.path)) as opened:
        objects = Counting(opened)
        with Cache(directory) as cache:
            first = Measurer(objects, cache)
            records = [first.record(oid, language) for _ in range(3)]
        with Cache(directory) as cache:
            second = Measurer(objects, cache)
            records.append(second.record(oid, language))
    assert (first.parsed, second.parsed, objects.read) == (1, 0, [oid])
    assert records == [measure(content.encode(), language)] * 4


def test_once_a_run_without_a_cache(repo: Workspace) -> None:
    oid = blob(repo, CONTENTS["python"])
    with Repo.open(str(repo.path)) as opened:
        objects = Counting(opened)
        measurer = Measurer(objects, Cache(None))
        assert measurer.record(oid, "python") is measurer.record(oid, "python")
    assert (measurer.parsed, objects.read) == (1, [oid])


def test_one_blob_in_two_languages_is_two_records(repo: Workspace, directory: str) -> None:
    oid = blob(repo, "x = a if b else c\n")
    with Repo.open(str(repo.path)) as opened, Cache(directory) as cache:
        measurer = Measurer(opened.objects, cache)
        assert measurer.record(oid, "python") != measurer.record(oid, "javascript")
        assert measurer.parsed == 2


def test_too_large_is_not_even_read(repo: Workspace, directory: str) -> None:
    oid = blob(repo, b"#" * (MAX_BYTES + 1))
    with Repo.open(str(repo.path)) as opened, Cache(directory) as cache:
        measurer = Measurer(opened.objects, cache)
        assert measurer.record(oid, "python").problem == "is larger than 1,000,000 bytes"
        assert measurer.parsed == 0


def test_what_the_machine_could_not_do_is_tried_again(repo: Workspace, directory: str) -> None:
    oid = blob(repo, "x = " + "-" * 90_000 + "1\n")
    with Repo.open(str(repo.path)) as opened:
        for _ in range(2):
            with Cache(directory) as cache:
                measurer = Measurer(opened.objects, cache)
                if not measurer.record(oid, "python").problem:
                    pytest.skip("this parser goes that deep")
                assert measurer.parsed == 1


TWO = "def f(a):\n    return a or 1\n\n\ndef g(a):\n    return a\n"
DIFFERENCES = {
    "a function": (TWO, "def h(a):\n    return a and 1\n\n\n" + TWO, ["h"]),
    "the module, so the whole": ("x = 1\n" + TWO, "x = 1 or 2\n" + TWO, None),
}


@pytest.mark.parametrize(("old", "new", "names"), DIFFERENCES.values(), ids=DIFFERENCES.keys())
def test_each_difference_is_worked_out_once_ever(
    repo: Workspace, old: str, new: str, names: list[str] | None, directory: str
) -> None:
    oids = [blob(repo, old), blob(repo, new)]
    with Repo.open(str(repo.path)) as opened:
        objects = Counting(opened)
        found = []
        for _ in range(2):
            with Cache(directory) as cache:
                found.append(Measurer(objects, cache).difference(*oids, "python"))
    assert objects.read == oids
    assert found[0] == found[1]
    assert (found[0] and [unit.qualname for unit in found[0][1].units]) == names


def test_other_languages_and_large_blobs_are_measured_whole(repo: Workspace) -> None:
    oids = [blob(repo, "x = 1\n"), blob(repo, b"#" * (MAX_BYTES + 1))]
    with Repo.open(str(repo.path)) as opened:
        measurer = Measurer(opened.objects, Cache(None))
        assert measurer.difference(*oids, "go") is None
        assert measurer.compared == 0
        assert measurer.difference(*oids, "python") is None


def test_a_missing_blob_is_undecided(repo: Workspace) -> None:
    with Repo.open(str(repo.path)) as opened, pytest.raises(UndecidedError):
        Measurer(opened.objects, Cache(None)).record("1" * 40, "python")
    with Repo.open(str(repo.path)) as opened, pytest.raises(UndecidedError):
        Measurer(opened.objects, Cache(None)).difference("1" * 40, "2" * 40, "python")


def test_memory_is_bounded_but_the_last_records_stay(repo: Workspace) -> None:
    oids = [blob(repo, f"x = {number}\n") for number in range(4)]
    with Repo.open(str(repo.path)) as opened:
        measurer = Measurer(opened.objects, Cache(None), kept=2)
        for oid in (oids[0], oids[1], oids[0], oids[2], oids[0]):
            measurer.record(oid, "python")
        assert measurer.parsed == 3
        measurer.record(oids[1], "python")
        assert measurer.parsed == 4


def test_engines_differ_by_language_and_version() -> None:
    engines = [engine_id(language) for language in LANGUAGES]
    assert len(set(engines)) == len(LANGUAGES)
    assert all(engine.replace(".", "").replace("-", "").isalnum() for engine in engines)
    assert f"{sys.version_info[0]}.{sys.version_info[1]}" in engine_id("python")


def test_lizards_version_is_the_installed_one() -> None:
    from importlib.metadata import version

    assert engine_id("go").endswith(f"-lizard-{version('lizard')}")


KNOWN = f"""
import sys
sys.path.insert(0, {PACKAGE_ROOT!r})
sys.path.append(sys.argv[3])
from agentops_gates.complexity.cache import Cache
from agentops_gates.complexity.measure import Measurer
class Nothing:
    def blob(self, oid, limit=None):
        raise SystemExit("the blob was read")
with Cache(sys.argv[1]) as cache:
    for oid, language in zip(sys.argv[2].split(","), ("python", "go")):
        assert Measurer(Nothing(), cache).record(oid, language).units
heavy = ("ast", "_ast", "tokenize", "lizard", "sqlite3", "click", "pygit2", "radon", "importlib.metadata", "subprocess")
print([name for name in heavy if name in sys.modules])
"""


def test_what_is_known_imports_nothing_heavy(repo: Workspace, directory: str) -> None:
    import lizard

    oids = [blob(repo, CONTENTS["python"]), blob(repo, CONTENTS["go"])]
    with Repo.open(str(repo.path)) as opened, Cache(directory) as cache:
        for oid, language in zip(oids, ("python", "go"), strict=True):
            Measurer(opened.objects, cache).record(oid, language)
    packages = os.path.dirname(str(lizard.__file__))
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", KNOWN, directory, ",".join(oids), packages],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
