"""Comparing trees: what is read, what is left out, and what each file comes to."""

from __future__ import annotations

from complexity.complib import brief, compared
from conftest import Workspace, branchy

from agentops_gates.complexity.cache import Cache
from agentops_gates.complexity.compare import Scope, compare
from agentops_gates.complexity.events import FileTotals, Total
from agentops_gates.complexity.measure import Measurer
from agentops_gates.complexity.unit import FileRecord
from agentops_gates.git.repo import Repo


class _Counting:
    """A measurer that remembers what it was asked for."""

    def __init__(self, repo: Repo) -> None:
        self._measurer = Measurer(repo.objects, Cache(None))
        self.asked: list[str] = []

    def record(self, oid: str, language: str) -> FileRecord:
        self.asked.append(oid)
        return self._measurer.record(oid, language)

    def difference(self, old: str, new: str, language: str) -> tuple[FileRecord, FileRecord] | None:
        self.asked += [old, new]
        return self._measurer.difference(old, new, language)


def test_changes_of_every_kind(repo: Workspace) -> None:
    old = branchy("same", 3) + branchy("up", 3) + branchy("down", 3) + branchy("gone", 3)
    new = branchy("same", 3) + branchy("up", 5) + branchy("down", 1) + branchy("come", 4)
    base, head = repo.commit("old", {"a.py": old}), repo.commit("new", {"a.py": new})
    expected = ["a.py::come ->5", "a.py::down 4>2", "a.py::gone 4>-", "a.py::up 4>6"]
    assert brief(compared(repo.path, base, head)) == expected


def test_against_nothing_everything_is_added(repo: Workspace) -> None:
    head = repo.commit("first", {"a.py": branchy("f", 3), "b.py": branchy("g", 4)})
    assert brief(compared(repo.path, None, head)) == ["a.py::f ->4", "b.py::g ->5"]


def test_the_index_against_a_commit(repo: Workspace) -> None:
    base = repo.commit("old", {"a.py": branchy("f", 3)})
    repo.write("a.py", branchy("f", 5))
    repo.git("add", "a.py")
    repo.write("a.py", branchy("f", 9))
    assert brief(compared(repo.path, base)) == ["a.py::f 4>6"]


def test_only_blobs_that_differ_are_measured(repo: Workspace) -> None:
    base = repo.commit("old", {"a.py": branchy("f", 3), "b.py": branchy("g", 3), "c.py": branchy("h", 3), "d.txt": "x"})
    repo.git("mv", "b.py", "moved.py")
    (repo.path / "c.py").chmod(0o755)
    head = repo.commit("new", {"a.py": branchy("f", 4), "d.txt": "y"})
    with Repo.open(str(repo.path)) as opened:
        records = _Counting(opened)
        compare(opened, [base], head, records)
    assert sorted(records.asked) == sorted(repo.git("rev-parse", f"{base}:a.py", f"{head}:a.py").split())


def test_a_merge_measures_only_what_differs_from_every_parent(repo: Workspace) -> None:
    start = repo.commit("start", {"a.py": branchy("f", 3), "b.py": branchy("g", 3)})
    ours = repo.commit("ours", {"a.py": branchy("f", 4)})
    repo.git("checkout", "-q", "-b", "side", start)
    theirs = repo.commit("theirs", {"b.py": branchy("g", 4)})
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-edit", "side")
    with Repo.open(str(repo.path)) as opened:
        records = _Counting(opened)
        comparison = compare(opened, [ours, theirs], repo.head(), records)
    assert records.asked == []
    assert comparison.deltas == ()


def test_totals_of_files(repo: Workspace) -> None:
    base = repo.commit("old", {"a.py": branchy("f", 3), "gone.py": branchy("g", 2)})
    both = {
        "a.py": "if x:\n    y = 1\n" + branchy("f", 4),
        "new.py": branchy("h", 1) + branchy("i", 1) * 2,
        "gone.py": None,
    }
    head = repo.commit("new", both)
    assert sorted(compared(repo.path, base, head).totals) == [
        FileTotals("a.py", (Total(1, 3),), Total(1, 5)),
        FileTotals("gone.py", (Total(1, 2),), None),
        FileTotals("new.py", (None,), Total(3, 3)),
    ]


def test_a_file_that_does_not_parse_takes_nothing_with_it(repo: Workspace) -> None:
    base = repo.commit("old", {"a.py": branchy("f", 3), "b.py": branchy("g", 3)})
    broken = repo.commit("broken", {"a.py": branchy("f", 3) + "def\n", "b.py": branchy("g", 5)})
    comparison = compared(repo.path, base, broken)
    assert brief(comparison) == ["b.py::g 4>6"]
    (file,) = comparison.not_judged
    assert (file.path, file.side, file.state, file.before) == ("a.py", "head", "syntax", "measured")
    mended = compared(repo.path, broken, base)
    assert brief(mended) == ["b.py::g 6>4"]
    assert [(file.side, file.known) for file in mended.not_judged] == [("base", True)]


def test_ignored_paths_are_absent_on_both_sides(repo: Workspace) -> None:
    base = repo.commit("old", {"gen/a.py": branchy("f", 3), "b.py": branchy("g", 4)})
    repo.git("mv", "gen/a.py", "a.py")
    repo.git("mv", "b.py", "gen/b.py")
    head = repo.commit("new")
    with Repo.open(str(repo.path)) as opened:
        records = Measurer(opened.objects, Cache(None))
        comparison = compare(opened, [base], head, records, Scope(lambda path: path.startswith("gen/")))
    assert brief(comparison) == ["a.py::f ->4", "b.py::g 5>-"]


def test_paths_are_any_bytes(repo: Workspace) -> None:
    name = b"caf\xe9 \x1b.py"
    repo.write(name, branchy("f", 3))
    base = repo.commit("old")
    repo.write(name, branchy("f", 4))
    head = repo.commit("new")
    (delta,) = compared(repo.path, base, head).deltas
    assert delta.place.path.encode("utf-8", "surrogateescape") == name
