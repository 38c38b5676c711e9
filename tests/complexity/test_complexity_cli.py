"""``agentops-gate complexity diff`` and ``replay`` through the command line."""

from __future__ import annotations

import json
import shutil
from typing import Any

import pytest
from conftest import Workspace, branchy

from agentops_gates.entry.cli.app import main
from agentops_gates.model.errors import UsageError


@pytest.fixture
def changed(repo: Workspace, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """A change with one function of every fate, the old and the new commit."""
    monkeypatch.chdir(repo.path)
    fill = "".join(f"value_{n} = {n}\n" for n in range(60))
    old = {
        "a.py": branchy("up", 12) + branchy("gone", 3) + branchy("same", 4),
        "m.py": fill + branchy("moved", 20),
        "n.py": "\n",
    }
    new = {
        "a.py": "\n" + branchy("up", 14) + branchy("same", 4) + branchy("come", 5),
        "m.py": fill,
        "n.py": branchy("moved", 22),
    }
    return repo.commit("old", old), repo.commit("new", new)


def test_json_is_the_contract(changed: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    base, head = changed
    assert main(["complexity", "diff", "--base", base, "--head", head, "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [tuple(row) for row in rows] == [("path", "old_path", "qualname", "before", "after", "line")] * 4
    assert [list(row.values()) for row in rows] == [
        ["a.py", "a.py", "up", 13, 15, 2],
        ["a.py", "a.py", "gone", 4, None, 27],
        ["a.py", "a.py", "come", None, 6, 42],
        ["n.py", "m.py", "moved", 21, 23, 1],
    ]


def test_the_table_fits_80_columns(changed: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    base, head = changed
    assert main(["complexity", "diff", "--base", base, "--head", head]) == 0
    out = capsys.readouterr().out
    assert out == (
        "a.py\n"
        "   13 ->    15     +2  C  up:2\n"
        "    4 ->     -   gone     gone:27\n"
        "    - ->     6    new  B  come:42\n"
        "n.py\n"
        "   21 ->    23     +2  D  moved:1 (was m.py::moved)\n"
    )


def test_long_and_hostile_names_are_cut_and_escaped(
    repo: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repo.path)
    base = repo.commit("old", {"x": "y"})
    repo.write("folder\x1b[2J/" + "long" * 40 + ".py", branchy("f" * 200, 3))
    repo.commit("new")
    assert main(["complexity", "diff", "--base", base]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert all(len(line) <= 80 and line.isprintable() for line in lines)


def test_nothing_changed(changed: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    _, head = changed
    assert main(["complexity", "diff", "--base", head, "--head", head, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert main(["complexity", "diff", "--base", head, "--head", head]) == 0
    assert capsys.readouterr().out == "no function changed its complexity\n"


def test_a_file_that_cannot_be_measured_is_named_and_makes_the_answer_incomplete(
    repo: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repo.path)
    base = repo.commit("old", {"a.py": branchy("f", 3), "b.py": branchy("g", 3)})
    repo.commit("new", {"a.py": "def\n", "b.py": branchy("g", 4)})
    assert main(["complexity", "diff", "--base", base, "--head", "HEAD", "--format", "json"]) == 3
    shown = capsys.readouterr()
    assert [row["qualname"] for row in json.loads(shown.out)] == ["g"]
    assert shown.err.startswith("not judged: a.py (head): does not parse under Python 3.")
    assert main(["complexity", "diff", "--base", "HEAD", "--head", base]) == 0
    assert "not judged: a.py (base): does not parse" in capsys.readouterr().err


def test_code_outside_functions_is_listed_on_request(
    repo: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repo.path)
    base = repo.commit("old", {"a.py": "x = 1\n"})
    repo.commit("new", {"a.py": "x = 1 if y else 2\n"})
    assert _diff(capsys, base) == []
    assert [(row["qualname"], row["before"], row["after"]) for row in _diff(capsys, base, "--top-level")] == [
        ("<module>", 1, 2)
    ]


def test_unknown_revisions_are_usage_errors(changed: tuple[str, str]) -> None:
    for args in (["--base", "nowhere"], ["--base", "HEAD", "--head", "nowhere"], []):
        with pytest.raises(UsageError):
            main(["complexity", "diff", *args])


def test_replay_lists_what_would_be_stopped(
    repo: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repo.path)
    repo.commit("first", {"a.py": branchy("f", 12)})
    worse = repo.commit("worse", {"a.py": branchy("f", 13)})
    repo.commit("fine", {"b.py": "x = 1\n"})
    assert main(["complexity", "replay", "--last", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{worse[:12]}  2026-01-02  would be stopped: worse"
    assert lines[1] == "  AG601 a.py:1"
    assert lines[2].startswith("        `f` rose 13 -> 14")
    assert lines[-1] == "2 commits: 1 would have been stopped (50.0 %); 1 pass; AG601 in 1"
    assert main(["complexity", "replay", "--mode", "crossing", "--max-complexity", "13"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("3 commits: 1 would have been stopped (33.3 %)")
    assert main(["complexity", "replay", "--min-rise", "2", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["summary"]["outcomes"] == {"pass": 2, "warn": 1}
    assert [row["outcome"] for row in document["commits"]] == ["pass", "pass", "warn"]


def test_replay_tells_a_commit_by_day_and_subject(
    repo: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repo.path)
    repo.commit("first", {"a.py": branchy("f", 12)})
    repo.git("config", "i18n.commitEncoding", "latin-1")
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2026-03-01T00:30:00+02:00")
    message = b"\n\nGr\xfc\xdfe \x1b[2Jin\n  two lines " + b"of many words " * 20 + b"\n\nbody\n"
    repo.write("a.py", branchy("f", 13))
    repo.git("add", "-A")
    repo.git("commit", "-q", "--cleanup=verbatim", "-F", "-", stdin=message)
    assert main(["complexity", "replay"]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    told = "Gr\u00fc\u00dfe \\x1b[2Jin   two lines of many words of many words"
    assert first == f"{repo.head()[:12]}  2026-03-01  would be stopped: {told}"[:77] + "..."
    assert len(first) == 80
    monkeypatch.setenv("COLUMNS", "50")
    assert main(["complexity", "replay"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines[0]) == 50
    assert all(len(line) <= 50 for line in lines)
    assert main(["complexity", "replay", "--format", "json"]) == 0
    row = json.loads(capsys.readouterr().out)["commits"][0]
    assert (row["date"], row["subject"][:16]) == ("2026-03-01", "Gr\u00fc\u00dfe \x1b[2Jin   t")


HEADERS = {
    "no date": (b"author A <a@b> then\n", b"", ("", "subject")),
    "a date beyond all calendars": (b"author A <a@b> 999999999999 +0000\n", b"", ("33658-09-27", "subject")),
    "no author": (b"", b"", ("", "subject")),
    "an unknown encoding": (b"author A <a@b> 0 +0000\n", b"encoding klingon\n", ("1970-01-01", "subject")),
    "no text encoding": (b"author A <a@b> 0 -0100\n", b"encoding zlib\n", ("1969-12-31", "subject")),
}


@pytest.mark.parametrize(("author", "encoding", "expected"), HEADERS.values(), ids=HEADERS)
def test_replay_takes_any_commit_that_git_takes(
    repo: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    author: bytes,
    encoding: bytes,
    expected: tuple[str, str],
) -> None:
    monkeypatch.chdir(repo.path)
    repo.commit("first", {"a.py": "x = 1\n"})
    tree = repo.git("rev-parse", "HEAD^{tree}").encode()
    raw = b"tree " + tree + b"\n" + author + b"committer C <c@d> 0 +0000\n" + encoding + b"\nsubject\n"
    oid = repo.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=raw)
    assert main(["complexity", "replay", "--head", oid, "--format", "json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["commits"]
    assert (row["date"], row["subject"]) == expected


def test_replay_of_an_unborn_branch(repo: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repo.path)
    with pytest.raises(UsageError, match=r"^this branch has no commit yet: there is nothing to replay$") as caught:
        main(["complexity", "replay"])
    assert not caught.value.fix
    with pytest.raises(UsageError, match=r"^main names no commit in this clone$"):
        main(["complexity", "replay", "--head", "main"])


def test_replay_of_one_commit_is_one(
    repo: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repo.path)
    repo.commit("first", {"a.py": branchy("f", 2)})
    assert main(["complexity", "replay"]) == 0
    assert capsys.readouterr().out == "1 commit: 0 would have been stopped (0.0 %); 1 pass\n"


def test_replay_says_how_far_it_is_on_a_terminal(
    repo: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repo.path)
    for number in range(3):
        repo.commit(f"{number}", {"a.py": branchy("f", number)})
    clock = iter(range(0, 1000, 2))
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert main(["complexity", "replay", "--last", "200"]) == 0
    said = capsys.readouterr().err
    assert [f"replay, {number} of 3: " in said for number in (1, 2, 3)] == [True] * 3


def test_every_line_of_a_reason_is_in_the_data_and_a_few_on_the_terminal(
    repo: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repo.path)
    repo.commit("first", {"a.py": branchy("f", 10)})
    repo.commit("grown", {"a.py": branchy("f", 20)})
    assert main(["complexity", "replay", "--last", "1", "--format", "json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["commits"]
    assert row["findings"][0]["data"]["why"] == [f"+10 if, lines {', '.join(str(n) for n in range(22, 42, 2))}"]
    assert main(["complexity", "replay", "--last", "1"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "+10 if, lines 22, 24, 26, 28, 30, 32, 34, 36 and 2 more" in said


def _diff(capsys: pytest.CaptureFixture[str], base: str, *extra: str) -> list[dict[str, Any]]:
    assert main(["complexity", "diff", "--base", base, "--format", "json", *extra]) == 0
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return rows


def test_replay_says_the_same_whoever_reads(
    repo: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repo.path)
    for decisions in (3, 12, 14, 9, 11):
        repo.commit(f"to {decisions}", {"app.py": branchy("f", decisions)})
    said = []
    for reader in ("git", "pygit2"):
        shutil.rmtree(repo.path / ".git/agentops", ignore_errors=True)
        assert main(["complexity", "replay", "--reader", reader]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert "3 would have been stopped" in said[0]
