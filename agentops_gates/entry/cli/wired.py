"""What ``init``, ``uninstall`` and ``doctor`` do with agent runtimes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import click

from ...model.outcome import EXIT_BLOCKED, EXIT_OK
from ...model.text import printable
from ..edit import Edit, diff, write
from ..runtimes import NAMES

RUNTIME = click.Choice(NAMES)
_TRUSTS = ("codex",)


def wire(names: Iterable[str], *, user: bool, dry_run: bool, ask: bool) -> int:
    """Register the guard with runtimes, and return the exit code."""
    from ..runtimes.wire import added

    edits = [edit for name in dict.fromkeys(names) for edit in added(name, user=user)]
    done = _made(edits, dry_run=dry_run, ask=ask, none="the guard is registered there already")
    if done and not user:
        click.echo("the file names paths of this machine: keep it out of commits, or use --user")
    if done and not set(_TRUSTS).isdisjoint(names):
        click.echo("Codex runs a new hook only after you trusted it: it asks when it starts")
    if done:
        click.echo("next: start the runtime again, then run agentops-gate doctor --probe")
    return EXIT_OK


def unwire(names: Iterable[str], *, user: bool, dry_run: bool) -> int:
    """Take the guard out of runtimes' settings, and return the exit code."""
    from ..runtimes.wire import taken

    edits = [edit for name in dict.fromkeys(names) for edit in taken(name, user=user)]
    _made(edits, dry_run=dry_run, ask=False, none="nothing to remove: the guard is not registered there")
    return EXIT_OK


def _made(edits: Sequence[Edit], *, dry_run: bool, ask: bool, none: str) -> bool:
    if not edits:
        click.echo(none)
        return False
    if dry_run or ask:
        click.echo("".join(diff(edits)), nl=False)
    if dry_run:
        return False
    if ask and not click.confirm("Write this?", default=True):
        click.echo("nothing was written")
        return False
    write(edits)
    for edit in edits:
        what = "removed" if edit.new is None else "wrote" if edit.old is None else "changed"
        click.echo(f"{what} {printable(edit.name)}")
    return True


def probe() -> int:
    """Send recorded payloads through every registered command, tell what came back, and return the exit code."""
    from ..runtimes.probe import nonce, probed

    word = nonce()
    found = probed(word)
    for one in found:
        click.echo(f"{'live' if one.works else 'DEAD':5} {one.title}: {printable(one.where)}, {one.event}")
        if one.why:
            click.echo(f"      {printable(one.why)}")
    if not found:
        click.echo("no runtime is wired here\n  next: agentops-gate init --runtime NAME")
        return EXIT_BLOCKED
    click.echo("This shows that the commands work. To see that the runtime calls them, tell the agent to run")
    click.echo(f"  git push --force {word}")
    click.echo(f"It is wired if the agent reports a refusal that ends with: probe: {word}")
    return EXIT_OK if all(one.works for one in found) else EXIT_BLOCKED
