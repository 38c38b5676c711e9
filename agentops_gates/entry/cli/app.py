"""The command line: a group whose commands are imported when they are called."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

import click

from ... import __version__
from ...model.errors import UsageError

_COMMANDS = (
    "check",
    "complexity",
    "config",
    "crank",
    "doctor",
    "explain",
    "guard",
    "init",
    "install",
    "pre-mortem",
    "rescue",
    "shim",
    "uninstall",
    "verdict",
    "vibe",
    "worker",
)


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command = import_module(f".{cmd_name.replace('-', '_')}", __package__).command
        assert isinstance(command, click.Command)
        # click would cut a sentence that does not fit; one of two lines tells more.
        command.short_help = command.short_help or _sentence(command.help or "")
        return command


def _sentence(text: str) -> str:
    return " ".join(text.partition("\n\n")[0].split()).partition(". ")[0].removesuffix(".") + "."


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(__version__, prog_name="agentops-gate")
def app() -> None:
    """Gates for repositories in which coding agents work.

    \b
    Exit codes: 0 pass or warn, 1 blocked, 2 usage or configuration,
    3 undecided (blocks like 1), 70 internal error, 130 interrupt.

    Git hooks call `agentops-gate hook NAME`: see `agentops-gate hook --help`.

    \b
    Shell completion (bash; zsh and fish alike):
      eval "$(_AGENTOPS_GATE_COMPLETE=bash_source agentops-gate)"
    """  # noqa: D301 - click reads the backspace character as "do not wrap this paragraph"


def main(args: Sequence[str]) -> int:
    """Run one command and return its exit code; raise UsageError for arguments that click refuses."""
    try:
        code = app.main(args=list(args), prog_name="agentops-gate", standalone_mode=False)
    except click.Abort as abort:
        raise KeyboardInterrupt from abort
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), file=sys.stderr)
        return error.exit_code
    except click.ClickException as error:
        hint = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "agentops-gate"
        raise UsageError(error.format_message(), f"{hint} --help") from error
    return code if isinstance(code, int) else 0
