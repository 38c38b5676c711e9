"""Where git looks for hooks, in every work tree, and who decided that."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from ...git.repo import Repo
from ...model.light import Literal, NamedTuple
from ...model.text import printable

Kind = Literal["git", "worktree", "outside"]

# What the user's own git reads its configuration by. The safe git call drops these; where the question is what *that*
# git will do, they belong to the answer.
_CONFIGURING = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_PARAMETERS")


class Place(NamedTuple):
    """The hooks directory of one work tree (the git directory's own name for a bare repository).

    ``scope`` and ``origin`` are git's words for who set ``core.hooksPath`` ("global", "file:/home/ada/.gitconfig"),
    both empty when nobody did. ``kind`` tells whether it lies in the git directory, in a work tree (``holder``, not
    necessarily the one it serves), or outside.
    """

    worktree: str
    directory: str
    scope: str
    origin: str
    kind: Kind
    holder: str = ""

    def setter(self) -> str:
        """Return who decided on this directory, ready to print."""
        return f"core.hooksPath, {self.scope}, {printable(self.origin)}" if self.scope else "git's default"


def configuring(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the variables of ``environ`` that change which configuration git reads."""
    numbered = ("GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_")
    return {name: value for name, value in environ.items() if name in _CONFIGURING or name.startswith(numbered)}


def worktrees(repo: Repo) -> tuple[str, ...]:
    """Return the top level of every work tree that exists, the main one first; empty for a bare repository alone."""
    linked = _linked(repo.common_dir)
    main = repo.toplevel if repo.git_dir == repo.common_dir else _main(repo)
    return tuple(
        dict.fromkeys(path for path in (main, *linked) if path and os.path.lexists(os.path.join(path, ".git")))
    )


def places(repo: Repo) -> tuple[Place, ...]:
    """Return where git looks for hooks, one entry per work tree."""
    trees = worktrees(repo)
    return tuple(_place(repo, tree, trees) for tree in trees or ("",))


def bare_place(repo: Repo) -> Place:
    """Return where git looks for the hooks that run in the repository itself, whatever work trees it has beside it."""
    return _place(repo, "", ())


def settings(repo: Repo, worktree: str, *query: str) -> Iterator[tuple[str, str, str]]:
    """Yield ``(scope, origin, value)`` for a ``git config`` query as the user's own git answers it in ``worktree``.

    The last one is in force. The options of the safe call are left out.
    """
    env = {**configuring(), "GIT_DIR": os.path.join(worktree, ".git") if worktree else repo.common_dir}
    if worktree:
        env["GIT_WORK_TREE"] = worktree
    done = repo.git.run("config", "--show-scope", "--show-origin", "-z", *query, ok=(0, 1), env=env)
    fields = iter(os.fsdecode(done.out).split("\0"))
    answers = list(zip(fields, fields, fields, strict=False))
    # The safe call's own -c options come last of all; the environment's stand before them.
    ours = {f"core.hookspath\n{os.devnull}", os.devnull}
    last = next((n for n in range(len(answers) - 1, -1, -1) if answers[n][2] in ours), -1)
    yield from (answer for n, answer in enumerate(answers) if n != last)


def _place(repo: Repo, worktree: str, trees: tuple[str, ...]) -> Place:
    scope = origin = ""
    directory = os.path.join(repo.common_dir, "hooks")
    for scope, origin, value in settings(repo, worktree, "--type=path", "--get-all", "core.hooksPath"):  # noqa: B007
        # An empty value makes git look in the root directory, that is: run nothing.
        directory = os.path.join(worktree or repo.common_dir, value) if value else os.sep
    directory = os.path.normpath(directory)
    if inside(directory, repo.common_dir):
        return Place(worktree, directory, scope, origin, "git")
    holder = next((tree for tree in trees if inside(directory, tree)), "")
    return Place(worktree, directory, scope, origin, "worktree" if holder else "outside", holder)


def inside(path: str, folder: str) -> bool:
    """Return whether ``path`` lies below ``folder``, links resolved on both sides."""
    path, folder = os.path.realpath(path), os.path.realpath(folder)
    return path.startswith(os.path.join(folder, ""))


def _linked(common_dir: str) -> Iterator[str]:
    root = os.path.join(common_dir, "worktrees")
    try:
        names = sorted(os.listdir(root))
    except OSError:
        return
    for name in names:
        try:
            with open(os.path.join(root, name, "gitdir"), "rb") as file:
                # Relative to this folder under worktree.useRelativePaths, absolute otherwise.
                target = os.path.join(root, name, os.fsdecode(file.read()).removesuffix("\n"))
        except OSError:
            continue
        yield os.path.dirname(os.path.normpath(target))


def _main(repo: Repo) -> str:
    core: dict[str, str] = {}
    listed = repo.git.run(
        "config", "-z", "--get-regexp", r"^core\.(bare|worktree)$", ok=(0, 1), env={"GIT_DIR": repo.common_dir}
    )
    for entry in os.fsdecode(listed.out).split("\0"):
        key, _, value = entry.partition("\n")
        core[key] = value
    if "core.worktree" in core:
        return os.path.normpath(os.path.join(repo.common_dir, core["core.worktree"]))
    if core.get("core.bare") == "true" or os.path.basename(repo.common_dir) != ".git":
        return ""
    return os.path.dirname(repo.common_dir)
