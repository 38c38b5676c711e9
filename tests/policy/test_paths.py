"""Globs: a table of what must not match, a table of what must, and patterns written to hang a matcher."""

from __future__ import annotations

import time

import pytest

from agentops_gates.policy.paths import matches, settings_for

NO = [
    ("a.py", "b.py"),
    ("src/a.py", "a.py"),
    ("src/a.py", "*.py"),
    ("src/a/b.py", "src/*.py"),
    ("src/a/b.py", "src/*"),
    ("srcs/a.py", "src/"),
    ("srcs/a.py", "src"),
    ("src", "src/"),
    ("src", "src/**"),
    ("src", "*/src"),
    ("x/src/a.py", "src/**"),
    ("A.py", "a.py"),
    ("a/b", "a?b"),
    ("a/b", "a[/]b"),
    ("a/b", "a*b"),
    ("ab/c.py", "**/b/c.py"),
    ("a/x/b/c", "a/**/*.py"),
    ("b.py", "[!b].py"),
    ("z.py", "[z-a].py"),
    ("a.pyc", "**/*.py"),
    ("tests/a.py", "!tests"),
    ("main2", "main"),
    ("release", "release/*"),
    ("release/1/2", "release/*"),
    ("a\nb", "b"),
    ("a.py\n", "*.py"),
]
YES = [
    ("a.py", "a.py"),
    ("a.py", "/a.py"),
    ("a.py", "*.py"),
    ("a.py", "**/*.py"),
    ("x/y/a.py", "**/*.py"),
    ("x/y/a.py", "**"),
    ("a", "**"),
    ("src/a.py", "src"),
    ("src/a/b/c.py", "src"),
    ("src/a/b/c.py", "src/"),
    ("src/a/b/c.py", "src/**"),
    ("src/b.py", "src/**/b.py"),
    ("src/x/y/b.py", "src/**/b.py"),
    ("src/x/b/y/b.py", "src/**/b/**/b.py"),
    ("a/b/a/b/c", "**/a/b/c"),
    ("x/tests/a/b.py", "**/tests"),
    ("x/tests/a/b.py", "**/tests/**"),
    ("a-b_c.py", "a?b[_x]c.*"),
    ("[a].py", "[[]a].py"),
    ("a].py", "a[]].py"),
    ("a[.py", "a[.py"),
    ("-.py", "[a-].py"),
    ("c.py", "[!b].py"),
    (".github/workflows/x.yml", ".github/*/*.y*ml"),
    ("a\nb.py", "a*b.py"),
    ("caf\udce9.py", "caf?.py"),
    ("release/1.2", "release/*"),
]


@pytest.mark.parametrize(("path", "pattern"), NO)
def test_does_not_match(path: str, pattern: str) -> None:
    assert not matches(path, (pattern,))


@pytest.mark.parametrize(("path", "pattern"), YES)
def test_matches(path: str, pattern: str) -> None:
    assert matches(path, (pattern,))


def test_any_pattern_is_enough_and_none_is_not() -> None:
    assert matches("a.py", ("x", "*.py"))
    assert not matches("a.py", ())


HOSTILE = [
    ("a" * 4000, "a*" * 140 + "b"),
    ("a" * 4000, "*a" * 140 + "*b"),
    ("a/" * 2000 + "a", "**/a/" * 60 + "b"),
    ("a/" * 2000 + "a", "**/" * 99 + "b"),
    ("aa/" * 1300 + "a", "**/*a*a/" * 36 + "b"),
    ("x" * 4000, "[" * 300),
    ("x" * 4000, "?" * 299 + "*b"),
]


@pytest.mark.parametrize(("path", "pattern"), HOSTILE, ids=[pattern[:12] for _, pattern in HOSTILE])
def test_hostile_patterns_answer_at_once(path: str, pattern: str) -> None:
    started = time.perf_counter()
    assert not matches(path, (pattern,))
    # A backtracking matcher needs years for the first of them; the margin is for a loaded machine.
    assert time.perf_counter() - started < 2


def test_later_overrides_win_key_by_key() -> None:
    settings = {
        "limit": 10,
        "level": "error",
        "overrides": (
            {"paths": ("src/**",), "limit": 20, "level": "warn"},
            {"paths": ("src/core/**", "x.py"), "limit": 5},
        ),
    }
    assert settings_for(settings, "a.py") == settings
    found = [
        (settings_for(settings, path)["limit"], settings_for(settings, path)["level"])
        for path in ("src/a", "src/core/a", "x.py")
    ]
    assert found == [(20, "warn"), (5, "warn"), (5, "error")]
