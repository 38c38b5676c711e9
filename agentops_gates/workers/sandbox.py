"""A command that can write its own work tree and cannot write git's: by mounts of the kernel, not by being asked.

Linux only: bubblewrap where it is installed, else two nested user namespaces (``unshare``). In the outer one the mounts
are made; in the inner one, which the command gets, nobody has the power to undo them. All its processes end with it.
What is offered was tried before, with the very mounts: on many machines user namespaces exist and are forbidden.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from ..git.repo import Repo
from ..git.run import find_program
from ..model.light import NamedTuple

_PROBE_SECONDS = 20
# Where keys and passwords for a push lie, folders and files, below a home. An agent's own login is not among them.
_SECRET_FOLDERS = (".ssh", ".gnupg", ".config/gh", ".config/glab-cli", ".config/hub", ".password-store")
_SECRET_FILES = (".git-credentials", ".netrc", ".config/git/credentials")
_SETTINGS = (".gitconfig", ".config/git", ".config/agentops-gates")
# "$@" is: mounts as pairs of a letter and a path, "--", user, group, and the command. What follows the inner unshare
# has no power over the mounts that were made here.
_OUTER = r"""
while [ "$1" != -- ]; do
  case $1 in
    s) mount --rbind "$2" "$2" && mount -o remount,bind,ro "$2" || exit 125 ;;
    o) mount --rbind "$2" "$2" || exit 125 ;;
    h) mount -t tmpfs -o size=64k,mode=0700 none "$2" || exit 125 ;;
    e) mount --bind /dev/null "$2" || exit 125 ;;
  esac
  shift 2
done
user=$2 group=$3
shift 3
cd "$PWD" || exit 125
unshare --user --map-user="$user" --map-group="$group" -- "$@"
"""


class Plan(NamedTuple):
    """What is mounted how, by real paths that exist.

    ``shut`` cannot be written, ``tree`` can; ``hidden`` folders and ``emptied`` files are there and hold nothing.
    """

    tree: str
    shut: tuple[str, ...]
    hidden: tuple[str, ...]
    emptied: tuple[str, ...]


class Sandbox(NamedTuple):
    """One that works here: its name, and the program that makes it."""

    name: str
    program: str


def plan(repo: Repo, tree: str, environ: Mapping[str, str] = os.environ) -> Plan:
    """Return the mounts for a worker in the folder ``tree``, a work tree of ``repo``.

    Shut are the common git directory, all other work trees, remotes that are folders here, and the user's settings of
    git; what a push could be paid with is hidden.
    """
    home = environ.get("HOME") or os.path.expanduser("~")
    run = environ.get("XDG_RUNTIME_DIR", "")
    trees = [path for path in _trees(repo) if os.path.realpath(path) != os.path.realpath(tree)]
    shut = [repo.common_dir, *trees, *_remotes(repo), *_below(home, _SETTINGS)]
    hidden = [*_below(home, _SECRET_FOLDERS), *_below(run, ("gnupg", "keyring"))]
    emptied = [*_below(home, _SECRET_FILES), *_below(run, ("bus",)), environ.get("SSH_AUTH_SOCK", "")]
    # Whoever shuts a folder shuts what is mounted in it as well, so the outer ones come first.
    outer = tuple(sorted(set(_real(shut, os.path.exists))))
    return Plan(os.path.realpath(tree), outer, _real(hidden, os.path.isdir), _real(emptied, _is_file))


def _real(paths: Iterable[str], wanted: Callable[[str], bool]) -> tuple[str, ...]:
    return tuple(os.path.realpath(path) for path in paths if wanted(path))


def _is_file(path: str) -> bool:
    return os.path.exists(path) and not os.path.isdir(path)


def command(sandbox: Sandbox, mounts: Plan, argv: Sequence[str]) -> list[str]:
    """Return the command line that runs ``argv`` in the sandbox; it has to be started in the worker's work tree."""
    if sandbox.name == "bubblewrap":
        return [sandbox.program, *_bubblewrap(mounts), "--", *argv]
    pairs = [("s", path) for path in mounts.shut] + [("o", mounts.tree)] + [("s", path) for path in _link(mounts)]
    pairs += [("h", path) for path in mounts.hidden] + [("e", path) for path in mounts.emptied]
    outer = ["--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    words = [word for pair in pairs for word in pair]
    ids = [str(os.getuid()), str(os.getgid())]
    return [sandbox.program, *outer, "--", "/bin/sh", "-c", _OUTER, "sh", *words, "--", *ids, *argv]


def available(mounts: Plan, environ: Mapping[str, str]) -> Sandbox | None:
    """Return a sandbox that keeps ``mounts`` here, by trying it; None where there is none."""
    return next((one for one in _known() if _holds(one, mounts, environ)), None)


def _known() -> Iterator[Sandbox]:
    for name, program in (("bubblewrap", "bwrap"), ("user namespaces", "unshare")):
        folders = ("/usr/bin", "/bin", "/usr/local/bin", "/run/current-system/sw/bin")
        found = find_program(os.path.join(folder, program) for folder in folders)
        if found and os.name == "posix":
            yield Sandbox(name, found)


def _holds(sandbox: Sandbox, mounts: Plan, environ: Mapping[str, str]) -> bool:
    """Tell whether what is shut cannot be written from inside, and the work tree can."""
    mark = f".agentops-probe-{os.getpid()}"
    script = 'touch "$1" || exit 1; rm -f "$1"; shift; for f; do touch "$f" 2>/dev/null && exit 1; done; exit 42'
    inside = os.path.join(mounts.tree, mark)
    outside = [os.path.join(folder, mark) for folder in mounts.shut if os.path.isdir(folder)]
    argv = command(sandbox, mounts, ["/bin/sh", "-c", script, "sh", inside, *outside])
    null = subprocess.DEVNULL
    try:
        done = subprocess.run(
            argv,
            cwd=mounts.tree,
            env=dict(environ),
            stdin=null,
            stdout=null,
            stderr=null,
            timeout=_PROBE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    finally:
        for path in (inside, *outside):
            with suppress(OSError):
                os.unlink(path)
    return done.returncode == 42


def _bubblewrap(mounts: Plan) -> Iterator[str]:
    yield from ("--dev-bind", "/", "/")
    for path in mounts.shut:
        yield from ("--ro-bind", path, path)
    yield from ("--bind", mounts.tree, mounts.tree)
    for path in _link(mounts):
        yield from ("--ro-bind", path, path)
    for path in mounts.hidden:
        yield from ("--tmpfs", path)
    for path in mounts.emptied:
        yield from ("--ro-bind", "/dev/null", path)
    yield from ("--unshare-user", "--unshare-pid", "--proc", "/proc", "--die-with-parent", "--chdir", mounts.tree)


def _link(mounts: Plan) -> list[str]:
    """Return the file by which the work tree names its git directory: a lead who looks in believes it."""
    return [path for path in (os.path.join(mounts.tree, ".git"),) if os.path.isfile(path)]


def _trees(repo: Repo) -> list[str]:
    listing = repo.git.run("worktree", "list", "--porcelain", "-z").out.split(b"\0")
    return [os.fsdecode(line[9:]) for line in listing if line.startswith(b"worktree ")]


def _remotes(repo: Repo) -> Iterator[str]:
    done = repo.git.run("config", "-z", "--get-regexp", r"^remote\..*\.(push)?url$", ok=(0, 1))
    for entry in os.fsdecode(done.out).split("\0"):
        path = entry.partition("\n")[2].removeprefix("file://")
        if path:
            yield os.path.join(repo.git.cwd, path)


def _below(folder: str, names: Iterable[str]) -> list[str]:
    return [os.path.join(folder, *name.split("/")) for name in names] if folder else []
