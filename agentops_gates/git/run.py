"""The one safe git call. Nothing else in this package starts git.

Each part closes a hole that was measured: replace refs show one commit for another, ``core.fsmonitor`` runs a command
of the repository's choosing under most plumbing, grafts, a forged shallow file and a forged commit-graph hide commits
from a walk, and variables that leak from a calling hook or an agent's shell redirect git to another repository, index
or configuration.
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Mapping

from ..model.errors import UndecidedError
from ..model.light import NamedTuple
from ..model.text import printable
from . import spawn

_OPTIONS = (
    "--no-replace-objects",
    "--literal-pathspecs",
    "--no-optional-locks",
    "-c",
    "core.fsmonitor=false",
    "-c",
    f"core.hooksPath={os.devnull}",
    "-c",
    "core.quotePath=false",
    "-c",
    "core.commitGraph=false",
)

# What a calling hook tells about the repository that started it. The quarantine trio lets pre-receive see new objects.
_KEPT = (
    "HOME",
    "XDG_CONFIG_HOME",
    "USERPROFILE",
    "SYSTEMROOT",
    "TMPDIR",
    "TEMP",
    "GIT_DIR",
    "GIT_COMMON_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_QUARANTINE_PATH",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
)

#: The second line of our own shim, which is no git: it would take the safe call's options for a bypass.
SHIM = "# agentops-gates git shim"
_INSIDE = "AGENTOPS_HOOK"  # an installed hook of ours that these calls should start refuses to run
_FIXED = {
    "GIT_GRAFT_FILE": os.path.join(os.sep, "nonexistent", "grafts"),  # os.devnull would print a deprecation hint
    # An empty name makes a real shallow clone fail with 128 where it would otherwise list a part of the range.
    "GIT_SHALLOW_FILE": "",
    "GIT_TERMINAL_PROMPT": "0",
    # A partial clone must not fetch behind our back; before git 2.39.4, closing every transport is the only way.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    # The user's trace2.* settings can put lines of their own among git's complaints, which we read.
    "GIT_TRACE2": "0",
    "GIT_TRACE2_EVENT": "0",
    "GIT_TRACE2_PERF": "0",
    "LC_ALL": "C",
    _INSIDE: "1",
}


COMPLETE = "fetch what is left out once (git fetch --refetch --no-filter), or clone without --filter"
_NEWER = "use a newer git: this one cannot read the repository's format"
# What git complains of, and what mends it.
_MENDS = (
    (b"safe.directory", "git config --global --add safe.directory <the directory named above>"),
    (b"unknown repository extension", _NEWER),
    (b"repo version", _NEWER),
    (b"promisor remote", COMPLETE),
)


class Result(NamedTuple):
    """Exit code, standard output and standard error of one git call."""

    rc: int
    out: bytes
    err: bytes


class Git:
    """Runs git for the repository at ``cwd`` (or the one that the calling hook's ``GIT_DIR`` names)."""

    def __init__(self, cwd: str, environ: Mapping[str, str] = os.environ) -> None:
        self.cwd = cwd
        self.program = find_git(cwd, environ)
        self.env = {name: environ[name] for name in _KEPT if name in environ} | _FIXED
        system = filter(os.path.isabs, os.defpath.split(os.pathsep))
        self.env["PATH"] = os.pathsep.join((os.path.dirname(self.program), *system))

    def command(self, *args: str | bytes) -> list[str | bytes]:
        """Return the full argument vector for git with ``args``."""
        return [self.program, "-C", self.cwd, *_OPTIONS, *args]

    def run(
        self,
        *args: str | bytes,
        ok: Container[int] = (0,),
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        writes: bool = False,
    ) -> Result:
        """Run git to its end and return what it said.

        An exit code outside ``ok`` raises UndecidedError: git's 128 is "I cannot tell", never "no". A call that
        ``writes`` is left to end by itself when our process group is killed, so that no lock file stays behind.
        """
        result = _call(self.command(*args), {**self.env, **(env or {})}, stdin, apart=writes, tidy=writes)
        if result.rc not in ok:
            raise failed(args, result)
        return result

    def remote(self, *args: str | bytes, env: Mapping[str, str], environ: Mapping[str, str] = os.environ) -> Result:
        """Run a git command that speaks with a remote, as its user would, whatever it exits with.

        It is the user's own push or look, with his credentials, transports, settings and hooks, and the only call that
        may use a network: nothing is judged by what it says. ``environ`` is where those stand, ``env`` is added to it.
        Raises UndecidedError when it cannot be run.
        """
        # Where we are is told only if we were told: for the hooks, a variable more is a variable that leaks.
        where = {name: self.env[name] for name in _KEPT if name in environ and name in self.env}
        given = {**environ, **where, **env}
        given.pop(_INSIDE, None)
        return _call([self.program, "-C", self.cwd, *args], given, b"", tidy=True)

    def text(self, *args: str | bytes, ok: Container[int] = (0,)) -> str:
        """Return standard output of one call, decoded with ``os.fsdecode``, without its final newline."""
        return os.fsdecode(self.run(*args, ok=ok).out).removesuffix("\n")


def _call(argv: list[str | bytes], env: Mapping[str, str], stdin: bytes, **how: bool) -> Result:
    try:
        return Result(*spawn.run(argv, env, stdin, **how))
    except (OSError, ValueError) as error:
        raise UndecidedError(f"cannot run {printable(argv[0])}: {error}") from error


def failed(args: tuple[str | bytes, ...], result: Result) -> UndecidedError:
    """Return the error for a git call that failed: its first complaint and, where known, the mend."""
    lines = result.err.strip().split(b"\n")
    telling = next((line for line in lines if line.startswith((b"fatal: ", b"error: "))), lines[0])
    complaint = printable(telling) or f"exit code {result.rc}"
    # What precedes the verb are options, and "-c" takes a value with an equals sign.
    verb = next((text for text in map(printable, args) if not text.startswith("-") and "=" not in text), "")
    fix = next((mend for sign, mend in _MENDS if sign in result.err), "")
    return UndecidedError(f"git {verb}: {complaint}", fix)


def find_git(cwd: str | None = None, environ: Mapping[str, str] = os.environ) -> str:
    """Return the absolute path of git: ``AGENTOPS_GIT`` (pinned by an installed hook), else the first on PATH.

    Raises UndecidedError when there is none. Relative entries of PATH are skipped, and so is whatever lies below
    ``cwd`` (default: the current directory) or the work tree around it: a git in there is written by the change that
    is judged.
    """
    pinned = environ.get("AGENTOPS_GIT", "")
    if found := find_program([pinned] if pinned else _on_path(environ), cwd, environ):
        return found
    where = f"AGENTOPS_GIT={printable(pinned)}" if pinned else "PATH"
    pin = "set AGENTOPS_GIT to the whole path of git (command -v git prints it), or unset it to take the one on PATH"
    raise UndecidedError(
        f"no usable git at {where} (it must be absolute, executable and outside the work tree)",
        pin if pinned else "install git, or correct PATH",
    )


def find_program(
    candidates: Iterable[str], cwd: str | None = None, environ: Mapping[str, str] = os.environ
) -> str | None:
    """Return the first of these paths that may be run: absolute, executable, and written by no change that is judged.

    That leaves out whatever lies below ``cwd`` (default: the current directory) or the work tree around it.
    """
    judged = _judged_folders(cwd or os.getcwd(), environ)
    return next((path for path in candidates if _usable(path, judged)), None)


def _judged_folders(cwd: str, environ: Mapping[str, str]) -> set[str]:
    here = os.path.realpath(cwd)
    folders = {here, os.path.realpath(os.path.join(here, environ.get("GIT_WORK_TREE", "")))}
    folder = here
    while not os.path.lexists(os.path.join(folder, ".git")) and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
    # Where nothing encloses us the walk ends at the root, which holds every git there is.
    return {place for place in (*folders, folder) if place != os.path.dirname(place)}


def _on_path(environ: Mapping[str, str]) -> list[str]:
    name = "git.exe" if os.name == "nt" else "git"
    entries = (environ.get("PATH") or os.defpath).split(os.pathsep)
    return [os.path.join(entry, name) for entry in entries]


def _usable(program: str, judged: Iterable[str]) -> bool:
    if not os.path.isabs(program) or not os.access(program, os.X_OK) or os.path.isdir(program):
        return False
    if _is_shim(program):
        return False
    # A link in the work tree to a good git can be turned between two calls, so both its ends count.
    ends = (os.path.realpath(os.path.dirname(program)), os.path.realpath(program))
    return not any(_inside(place, end) for place in judged for end in ends)


def _is_shim(program: str) -> bool:
    try:
        with open(program, "rb") as file:
            return file.read(64).startswith(b"#!/bin/sh\n" + SHIM.encode())
    except OSError:
        return False


def _inside(folder: str, path: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
