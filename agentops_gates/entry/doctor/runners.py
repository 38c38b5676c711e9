"""What the files of pre-commit, prek and lefthook in a work tree say about our gates."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ...gates.registry import metadata
from ...model.text import printable
from ...policy.hookids import calls_us, known, offered
from ..githooks import HOOKS
from .problem import Problem

PRE_COMMIT_CONFIG = ".pre-commit-config.yaml"
_LEFTHOOK_CONFIGS = tuple(
    f"{prefix}lefthook{ending}" for prefix in ("", ".", ".config/") for ending in (".yml", ".yaml", ".json", ".toml")
)
# What pre-commit called two of its stages before 3.2.
_RENAMED = {"commit": "pre-commit", "push": "pre-push", "merge-commit": "pre-merge-commit"}


class Configured(NamedTuple):
    """The git hooks for which a runner's file calls our gates, and what is wrong with that file.

    ``plain`` are the hooks that a plain ``pre-commit install`` sets up.
    """

    pre_commit: frozenset[str] = frozenset()
    lefthook: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    plain: frozenset[str] = frozenset()


def configured(worktree: str) -> Configured:
    """Return what the runners' files in ``worktree`` (as they lie there) say."""
    problems: list[Problem] = []
    stages, types = _pre_commit(worktree, problems)
    missing = [hook for hook in HOOKS if hook in stages and hook not in types]
    if missing:
        problems.append(
            Problem(
                "hook-types",
                "warning",
                f"{PRE_COMMIT_CONFIG} runs gates at {', '.join(missing)}, but a plain `pre-commit install` sets up"
                f" {', '.join(sorted(types))} only",
                f"add to {PRE_COMMIT_CONFIG}: default_install_hook_types: [{', '.join(_in_order({*stages, *types}))}]",
            )
        )
    return Configured(frozenset(stages), frozenset(_lefthook(worktree, problems)), tuple(problems), frozenset(types))


def _pre_commit(worktree: str, problems: list[Problem]) -> tuple[set[str], set[str]]:
    document = _load(worktree, PRE_COMMIT_CONFIG, problems)
    types = {str(name) for name in _list(document.get("default_install_hook_types"))} or {"pre-commit"}
    stages: set[str] = set()
    ids = known(metadata())
    for repo in _list(document.get("repos")):
        for hook in _list(repo.get("hooks")) if isinstance(repo, Mapping) else ():
            if isinstance(hook, Mapping):
                own, manifest = hook.get("entry"), offered(repo.get("repo"), hook, ids)
                # With a command of its own that is none of ours, a hook of ours runs something else.
                if calls_us(own) if own else manifest:
                    stages.update(_stages(hook, manifest, _list(document.get("default_stages"))))
    return stages, types


def _stages(hook: Mapping[str, Any], manifest: Sequence[str], default: Sequence[Any]) -> Iterator[str]:
    for stage in _list(hook.get("stages")) or manifest or default or HOOKS:
        yield _RENAMED.get(str(stage), str(stage))


def _lefthook(worktree: str, problems: list[Problem]) -> Iterator[str]:
    name = next((name for name in _LEFTHOOK_CONFIGS if os.path.isfile(os.path.join(worktree, name))), "")
    document = _load(worktree, name, problems) if name else {}
    pushes = document.get("pre-push")
    if isinstance(pushes, Mapping) and (calls_us(pushes.get("commands")) or calls_us(pushes.get("jobs"))):
        text = f"{name} runs the gates of a push as a command: lefthook skips it where it finds no changed file"
        problems.append(Problem("lefthook-push", "warning", text, "make it a script with use_stdin: see docs/hooks.md"))
    yield from (hook for hook in HOOKS if calls_us(document.get(hook)))


def _load(worktree: str, name: str, problems: list[Problem]) -> Mapping[str, Any]:
    path = os.path.join(worktree, name)
    try:
        with open(path, "rb") as file:
            document = _parse(name, file.read())
    except FileNotFoundError:
        return {}
    except Exception as error:  # noqa: BLE001 - each of three parsers has errors of its own
        what = printable(str(error).split("\n", maxsplit=1)[0])
        problems.append(Problem("runner-file", "warning", f"{printable(path)} cannot be read: {what}"))
        return {}
    return document if isinstance(document, Mapping) else {}


def _parse(name: str, content: bytes) -> object:
    if name.endswith(".toml"):
        import tomllib

        return tomllib.loads(content.decode())
    from ruamel.yaml import YAML

    # JSON is YAML.
    return YAML(typ="safe", pure=True).load(content)


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _in_order(names: set[str]) -> list[str]:
    return [hook for hook in HOOKS if hook in names] + sorted(names - set(HOOKS))
