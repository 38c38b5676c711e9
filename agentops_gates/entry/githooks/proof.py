"""The proof that our hooks saw what is being committed, so that ``git commit --no-verify`` shows.

The pre-commit hook, as its last act, writes down the tree that it judged and the commit that HEAD was at; commit-msg
turns that into the proof, which reference-transaction asks for when ``git commit`` moves HEAD. A line is a keyed hash,
made with ``git hash-object`` because a shell script has to check it. The key lies below the git directory: whoever may
read that can make a proof, so this stops slips and shortcuts, not a forger. There is a key only after
``agentops-gate install --strict``.
"""

from __future__ import annotations

import os
from contextlib import suppress

from ...git.repo import Repo
from ...model.errors import UndecidedError
from ...model.text import printable

KEY = "agentops/strict-key"  # in the common git directory
PROOF = "agentops/proof"  # in each work tree's own
_BYTES = 32


def wanted(repo: Repo) -> bool:
    """Return whether this repository asks for proofs."""
    return os.path.exists(os.path.join(repo.common_dir, KEY))


def prepare(repo: Repo) -> None:
    """Make the key, if there is none."""
    path = os.path.join(repo.common_dir, KEY)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{os.urandom(_BYTES).hex()}\n")


def forget(repo: Repo) -> None:
    """Take the key away: no proof is asked for or made from now on."""
    with suppress(FileNotFoundError):
        os.unlink(os.path.join(repo.common_dir, KEY))


def prove(repo: Repo, hook: str) -> None:
    """Write down that ``hook`` (pre-commit, commit-msg) passed what is in the index now.

    commit-msg proves nothing that pre-commit has not seen. Raises UndecidedError where it cannot be written.
    """
    path = os.path.join(repo.git_dir, PROOF)
    try:
        with open(os.path.join(repo.common_dir, KEY), encoding="ascii") as file:
            key = file.readline().strip()
        tree = repo.git.text("write-tree", "--missing-ok")
        state = f"{tree} {repo.resolve('HEAD') or repo.zero}"
        seen = _line(repo, key, f"seen {state}")
        if hook == "pre-commit":
            _write(path, seen)
        elif _read(path) == seen:
            _write(path, _line(repo, key, f"commit {state}"))
    except OSError as error:
        raise UndecidedError(f"cannot write {printable(path)}: {error.strerror}", "see who owns that folder") from error


def _line(repo: Repo, key: str, text: str) -> str:
    return repo.git.run("hash-object", "--stdin", stdin=f"{key}\n{text}\n{key}\n".encode()).out.decode().strip()


def _read(path: str) -> str:
    with suppress(FileNotFoundError), open(path, encoding="ascii", errors="replace") as file:
        return file.readline().strip()
    return ""


def _write(path: str, line: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    temporary = f"{path}.{os.getpid()}.tmp"
    with open(temporary, "w", encoding="ascii") as file:
        file.write(f"{line}\n")
    os.replace(temporary, path)
