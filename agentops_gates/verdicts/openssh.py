"""Finds OpenSSH's programs and gives them a place of their own to work in. Nothing of git's configuration is asked."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from ..git import spawn
from ..git.run import find_program
from ..model.errors import UndecidedError
from ..model.light import IO
from ..model.text import printable

# Times without a zone are UTC wherever they are read: OpenSSH before 9.1 has no other way to say so.
_FIXED = {"LC_ALL": "C", "TZ": "UTC0"}
#: What an OpenSSH too old for a call says; it ignores or misreads the rest of the command line.
TOO_OLD = (b"illegal option", b"unknown option", b"invalid option", b"Invalid option", b"nrecognized option")


class TooOldError(UndecidedError):
    """An OpenSSH that cannot do what is asked of it."""


def find(name: str, cwd: str | None = None, environ: Mapping[str, str] = os.environ, *, believed: bool = False) -> str:
    """Return the absolute path of OpenSSH's program ``name``: the first on PATH, else where the system keeps it.

    For a program that is ``believed`` it is the other way around: PATH is set by whoever pushes. Relative entries of
    PATH are skipped, and so is whatever lies below ``cwd`` (default: the current directory) or the work tree around it,
    as for git. Raises UndecidedError when there is none.
    """
    path, system = environ.get("PATH", "").split(os.pathsep), os.defpath.split(os.pathsep)
    entries = [*system, *path] if believed else [*path, *system]
    file = f"{name}.exe" if os.name == "nt" else name
    if found := find_program((os.path.join(entry, file) for entry in entries), cwd, environ):
        return found
    raise UndecidedError(
        f"no usable {name} on PATH (it must be absolute, executable and outside the work tree)",
        "install OpenSSH 8.8 or later, or correct PATH",
    )


def too_old(program: str) -> TooOldError:
    """Return the error for a ``program`` that does not know what it was asked."""
    return TooOldError(
        f"{printable(program)} is too old to sign and verify records", "install OpenSSH 8.8 or later, first on PATH"
    )


def bare_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for a program that asks nobody: no agent, no home."""
    return {**{name: environ[name] for name in ("SYSTEMROOT",) if name in environ}, **_FIXED}


def asking_environment(cwd: str | None, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for a program that may need its user, without an ``SSH_ASKPASS`` out of the work tree."""
    env = {**environ, **_FIXED}
    if "SSH_ASKPASS" in env and not find_program([env["SSH_ASKPASS"]], cwd, environ):
        del env["SSH_ASKPASS"]
    return env


@contextmanager
def workshop(environ: Mapping[str, str] = os.environ) -> Iterator[str]:
    """Yield the path of a new directory that only this account can enter; it and its files are gone afterwards.

    Raises UndecidedError when there is no place for it.
    """
    place = _made(environ)
    try:
        yield place
    finally:
        with suppress(OSError):
            for name in os.listdir(place):
                os.unlink(os.path.join(place, name))
            os.rmdir(place)


def put(place: str, name: str, data: bytes) -> str:
    """Write a new file that only this account can read, and return its path. Raises UndecidedError."""
    path = os.path.join(place, name)
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
    except OSError as error:
        raise UndecidedError(f"cannot write {printable(path)}: {error.strerror}", "make room there") from error
    return path


def _made(environ: Mapping[str, str]) -> str:
    problem = "no such directory"
    for base in (environ.get("TMPDIR"), environ.get("TEMP"), "/tmp", "/var/tmp"):  # noqa: S108
        if not base or not os.path.isabs(base):
            continue
        place = os.path.join(base, f"agentops-{os.urandom(8).hex()}")
        try:
            os.mkdir(place, 0o700)
        except OSError as error:
            problem = f"{printable(base)}: {error.strerror}"
        else:
            return place
    raise UndecidedError(f"no place for temporary files ({problem})", "set TMPDIR to a directory that can be written")


def together(
    calls: Sequence[tuple[Sequence[str], bytes]], environ: Mapping[str, str]
) -> list[tuple[int, bytes, bytes]]:
    """Run programs side by side, each fed with its bytes; return exit code, output and errors of each, in order.

    For programs that say less than a pipe holds. Raises UndecidedError when one cannot be started.
    """
    children: list[spawn.Child] = []
    try:
        for argv, given in calls:
            children.append(spawn.start(argv, environ, errors=True))
            _feed(children[-1].stdin, given)
        return [_heard(child) for child in children]
    except (OSError, ValueError) as error:
        raise UndecidedError(f"cannot run {printable(calls[0][0][0])}: {error}") from error
    finally:
        for child in children:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout, child.stderr):
                if pipe:
                    pipe.close()


def _feed(pipe: IO[bytes], given: bytes) -> None:
    # A program that has made up its mind does not read on.
    with suppress(BrokenPipeError):
        pipe.write(given)
    with suppress(BrokenPipeError):
        pipe.close()


def _heard(child: spawn.Child) -> tuple[int, bytes, bytes]:
    out = child.stdout.read()
    err = child.stderr.read() if child.stderr else b""
    return child.wait(), out, err
