"""Which of the changed files a judge must see first, when not all of them fit into its packet.

In this order, and within each the smaller change first, so that as many as possible are seen whole:

0. what steers the machinery: policy, CI, hooks, files that give orders to agents, builds;
1. source code, and whatever is not known to be something else;
2. tests;
3. documents;
4. what is generated or vendored by the base's own marks, lock files, and binary files.
"""

from __future__ import annotations

import os

from .worktree import steers

_MACHINERY = frozenset(
    (
        ".envrc",
        ".gitattributes",
        ".gitlab-ci.yml",
        ".gitmodules",
        ".npmrc",
        ".pre-commit-config.yaml",
        "action.yml",
        "agentops-gates.toml",
        "codeowners",
        "conftest.py",
        "dockerfile",
        "jenkinsfile",
        "justfile",
        "lefthook.yml",
        "makefile",
        "noxfile.py",
        "package.json",
        "pyproject.toml",
        "setup.cfg",
        "setup.py",
        "tox.ini",
    )
)
_MACHINERY_FOLDERS = frozenset((".github", ".agents", ".husky", ".circleci", ".buildkite", ".ci", ".githooks"))
_TESTS = frozenset(("test", "tests", "spec", "specs", "__tests__", "testdata", "fixtures"))
_DOCUMENTS = (".md", ".rst", ".txt", ".adoc")
_LOCKS = frozenset(
    (
        "bun.lock",
        "cargo.lock",
        "composer.lock",
        "flake.lock",
        "gemfile.lock",
        "go.sum",
        "mix.lock",
        "npm-shrinkwrap.json",
        "package-lock.json",
        "pdm.lock",
        "pipfile.lock",
        "pnpm-lock.yaml",
        "poetry.lock",
        "uv.lock",
        "yarn.lock",
    )
)


def of(path: str, form: str, *, marked: bool = False) -> int:
    """Return the class of a path, 0 to 4; ``marked`` says that the base calls it generated or vendored."""
    *folders, name = path.lower().split("/")
    if name in _MACHINERY or _MACHINERY_FOLDERS & set(folders) or _gives_orders(path):
        return 0
    if marked or form in ("binary", "large") or name in _LOCKS:
        return 4
    if _TESTS & set(folders) or _is_test(name):
        return 2
    return 3 if name.endswith(_DOCUMENTS) else 1


def _is_test(name: str) -> bool:
    return name.startswith("test_") or ".test." in name or ".spec." in name


def _gives_orders(path: str) -> bool:
    names = os.fsencode(path).split(b"/")
    return any(steers(b"/".join(names[: depth + 1])) for depth in range(len(names)))
