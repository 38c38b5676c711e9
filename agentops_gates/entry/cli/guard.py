"""``agentops-gate guard``: the options and their help. It is judged without click: see ``entry/guard.py``."""

from __future__ import annotations

import click

from .. import guard


@click.command(name="guard", short_help="Judge a command line before it runs.")
@click.option("--shell", metavar="TEXT", help="The command line, as a shell would be given it.")
@click.option("--cwd", metavar="DIR", default="", help="Where it would run (default: here).")
@click.option("--format", "name", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.argument("argv", nargs=-1, type=click.UNPROCESSED)
def command(*, shell: str | None, cwd: str, name: str, argv: tuple[str, ...]) -> int:
    """Say what a command line would destroy or switch off, without running it.

    Give shell text with --shell, or one command with its arguments behind
    `--`. What is harmless prints nothing.

    \b
    Exit codes: 0 allow, 1 deny, 4 ask.
    """  # noqa: D301 - click reads the backspace character as "do not wrap this paragraph"
    words = ["--format", name, *(["--cwd", cwd] if cwd else [])]
    words += ["--shell", shell] if shell is not None else []
    return guard.main([*words, *(["--", *argv] if argv else [])])
