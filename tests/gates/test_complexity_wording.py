"""What findings say: the proper thing to do about each defect, the mode that made a rise block."""

from __future__ import annotations

import pytest
from conftest import Workspace, branchy
from gates.gatelib import judged

from agentops_gates.complexity.measure import MAX_BYTES

SUM = "x = " + "a + " * 50_000 + "a\n"

DEFECTS: dict[str, tuple[str, str | bytes, str, str]] = {
    "syntax": ("a.py", "x = 1\ndef f(:\n", "AG603", "mend the syntax; if it is that of a newer Python, run"),
    "too large": ("a.py", "#" * MAX_BYTES + "##", "AG604", "split the file; a table of data belongs"),
    "UTF-16": ("a.py", "x = 1\n".encode("utf-16"), "AG604", "save the file as UTF-8"),
    "NUL": ("a.py", "x = '\0'\n", "AG604", "take the byte out; a string can spell it \\0"),
    "no encoding": ("a.py", b"x = '\xff'\n", "AG604", "save the file as UTF-8, or declare its encoding in the"),
    "wrong encoding": ("a.py", b"# coding: ascii\nx = '\xff'\n", "AG604", "save the file in the encoding that it decl"),
    "too deep": ("a.py", SUM, "AG604", "split the file, or the expression or chain of elifs"),
    "too deep elsewhere": ("a.go", "package a\n" + "func f() {\n" * 5000, "AG604", "split the file, or simplify"),
    "endless arguments": ("A.java", "x = <" + "extends " * 60 + "?;>", "AG604", "shorten the list"),
}


@pytest.mark.parametrize(("path", "content", "rule", "fix"), DEFECTS.values(), ids=DEFECTS)
def test_each_defect_has_its_own_fix(repo: Workspace, path: str, content: str | bytes, rule: str, fix: str) -> None:
    base = repo.commit("old", {"b.txt": "x"})
    (finding,) = judged(repo.path, base, head=repo.commit("new", {path: content}))
    assert (finding.rule, finding.level) == (rule, "error")
    assert finding.fix.startswith(fix)


def test_a_syntax_error_names_the_setting_for_another_python(repo: Workspace) -> None:
    base = repo.commit("old", {"b.txt": "x"})
    (finding,) = judged(repo.path, base, head=repo.commit("new", {"a.py": "x = 1\ndef f(:\n"}))
    assert "language_version in .pre-commit-config.yaml" in finding.fix
    assert finding.line == 2


MODE = '; every rise counts under mode "any-rise")'
MODES = {
    "below the limit": ({"mode": "any-rise"}, 3, 4, True),
    "to the limit": ({"mode": "any-rise"}, 8, 9, True),
    "above the limit": ({"mode": "any-rise"}, 9, 10, False),
    "another mode": ({"mode": "regression"}, 9, 10, False),
    "cognitive": ({"mode": "any-rise", "max_complexity": 3, "max_cognitive": 9}, 5, 6, True),
}


@pytest.mark.parametrize(("settings", "old", "new", "named"), MODES.values(), ids=MODES)
def test_a_rise_names_the_mode_that_made_it_block(
    repo: Workspace, settings: dict[str, object], old: int, new: int, *, named: bool
) -> None:
    base = repo.commit("old", {"a.py": branchy("f", old)})
    found = judged(repo.path, base, head=repo.commit("new", {"a.py": branchy("f", new)}), **settings)
    assert any(MODE in finding.message for finding in found) is named
    assert all(finding.level == "error" for finding in found)
    assert found


def test_a_new_function_below_the_limit_is_nothing(repo: Workspace) -> None:
    base = repo.commit("old", {"b.txt": "x"})
    assert judged(repo.path, base, head=repo.commit("new", {"a.py": branchy("f", 5)}), mode="any-rise") == []


def test_what_a_comment_allows_keeps_its_reasons_at_the_end(repo: Workspace) -> None:
    allow = "(x):  # agentops: allow[AG601] a \u202etable"
    base = repo.commit("old", {"a.py": branchy("f", 12).replace("(x):", allow, 1)})
    head = repo.commit("new", {"a.py": branchy("f", 13).replace("(x):", allow, 1)})
    (finding,) = judged(repo.path, base, head=head)
    assert finding.level == "note"
    numbers = "`f` rose 13 -> 14 (cyclomatic complexity, limit 10, rank C)"
    assert finding.message == f"{numbers}, allowed in line 1 (a \\u202etable): +1 if, line 26"
