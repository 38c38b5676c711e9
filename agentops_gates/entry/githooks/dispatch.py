"""``agentops-gate hook NAME [--gate ID]... [ARGS...]``: from a git hook's arguments and input to an exit code.

No click here: hooks run on every commit, and parsing two flags does not need it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Sequence

from ...gates.engine import Limits, run
from ...gates.registry import GateModule, metadata, select
from ...git.ranges import message_subject, staged_subject
from ...git.repo import Repo
from ...model.errors import UsageError
from ...model.finding import Report
from ...model.outcome import EXIT_OK, exit_code
from ...model.subject import Subject
from ...workers.role import sign
from ..progress import Progress
from . import HOOKS, SERVER, STRICT
from .proof import prove, wanted

_MESSAGE_LIMIT = 1 << 20
_HELP = """\
Usage: agentops-gate hook NAME [--gate ID]... [ARGS...]

  Judge as a git hook, with the arguments and the standard input that git gives.
  Silent when all is well. `agentops-gate install` writes hooks that call this.

Names:
  pre-commit            what is staged
  pre-merge-commit      the result of a merge
  prepare-commit-msg FILE
                        who commits, with --no-verify too
  commit-msg FILE       the message in FILE
  pre-push REMOTE URL   every ref that standard input names
  pre-receive           on a server, every ref that standard input names
  agent --runtime NAME [--event NAME]
                        the JSON of an agent runtime, on standard input

Options:
  --gate ID   Run this gate only, and policy-change, which always runs too; may
              be repeated.
  -h, --help  Show this message and exit.

Exit codes: 0 pass or warn, 1 blocked, 2 usage or configuration, 3 undecided.
"""


def main(args: Sequence[str]) -> int:
    """Judge what the hook named by ``args[0]`` is about and return the exit code; silent when all is well."""
    other = _elsewhere(args)
    if other is not None:
        return other
    if _asks_for_help(args):
        sys.stdout.write(_HELP)
        return EXIT_OK
    if not args or args[0] not in HOOKS:
        given = f"unknown hook {args[0]!r}" if args else "a hook's name is missing"
        raise UsageError(given, f"agentops-gate hook {'|'.join(HOOKS)} [--gate ID]...")
    name, (only, rest) = args[0], _gates(args[1:])
    with Repo.open() as repo:
        gates = _switched_on(repo, name, select(only, name))
        progress = Progress(sys.stderr)
        # With every gate switched off nothing is asked, so nothing can be wrong with the question either.
        subjects = [subject._replace(hook=name) for subject in (_subjects(repo, name, rest) if gates else ())]
        report = run(repo, subjects, gates, Limits(progress=progress))
        progress.clear()
        _tell(report, only)
        code = exit_code(report.outcome)
        # Who asked for one gate has not asked them all.
        if code == EXIT_OK and not only:
            _prove(repo, name)
    return code


def _prove(repo: Repo, name: str) -> None:
    if name in ("pre-commit", "commit-msg") and wanted(repo):
        prove(repo, name)


def _elsewhere(args: Sequence[str]) -> int | None:
    """Return the exit code of what is no hook of a change: a server's, a ref's, the shim; None for the others."""
    if args[:1] == [SERVER]:
        from .pre_receive import main as receive

        return receive(args[1:])
    if args[:1] == [STRICT]:
        from .refstx import main as transaction

        return transaction(args[1:])
    if args[:1] == ["git"]:
        from ..shim import main as shim

        return shim(args[1:])
    return None


def _switched_on(repo: Repo, name: str, gates: Sequence[GateModule]) -> Sequence[GateModule]:
    """Return the gates that nobody switched off for this run."""
    if not any(variable.startswith(("AGENTOPS_HOOKS_", "AGENTOPS_SKIP_")) for variable in os.environ):
        return gates
    from .switch import switched_off

    ids = [gate.META.id for gate in gates]
    off = switched_off(repo, name, ids, [gate.id for gate in metadata()], stream=sys.stderr)
    return [gate for gate in gates if gate.META.id not in off]


def _tell(report: Report, only: Collection[str]) -> None:
    """Print what is not simply fine. A gate that had nothing to judge is shown only if it was asked for by name."""
    shown = tuple(gate for gate in report.gates if gate.outcome != "skip" or gate.findings or gate.id in only)
    if any(gate.findings or gate.outcome != "pass" for gate in shown):
        from ...formats.text import render
        from ..terminal import width

        sys.stderr.write(render(report._replace(gates=shown), width=width(sys.stderr)))


def _asks_for_help(args: Sequence[str]) -> bool:
    # As the only word beside the gates: git gives pre-push a remote's name and its address, and a folder called
    # "--help" can be both.
    rest = list(args[1:] if args and args[0] in HOOKS else args)
    while rest[:1] == ["--gate"]:
        rest = rest[2:]
    return rest in (["--help"], ["-h"])


def _gates(args: Sequence[str]) -> tuple[list[str], list[str]]:
    only: list[str] = []
    rest = list(args)
    while rest[:1] == ["--gate"]:
        if len(rest) < 2:
            raise UsageError("--gate needs the id of a gate")
        only.append(rest[1])
        rest = rest[2:]
    return only, rest


def _subjects(repo: Repo, name: str, args: list[str]) -> list[Subject]:
    if name == "pre-push":
        from .pre_push import subjects

        # Who pushes is asked where there is nothing else to judge, too: a worker takes no branch away either.
        return subjects(repo, args) or ([message_subject(repo, b"")] if sign(repo) else [])
    if name in ("prepare-commit-msg", "commit-msg"):
        # What git tells the former beside the file, where the text comes from, is not judged.
        return [message_subject(repo, _message(args[:1] if name != "commit-msg" else args, name))]
    return [staged_subject(repo, merging=name == "pre-merge-commit")]


def _message(args: list[str], hook: str) -> bytes:
    if len(args) != 1:
        raise UsageError(f"{hook} needs the name of the message file, and nothing else")
    try:
        with open(args[0], "rb") as file:
            message = file.read(_MESSAGE_LIMIT + 1)
    except OSError as error:
        raise UsageError(f"cannot read the commit message: {error}") from error
    if len(message) > _MESSAGE_LIMIT:
        raise UsageError(f"the commit message is larger than {_MESSAGE_LIMIT:,} bytes")
    return message
