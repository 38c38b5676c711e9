"""What the shell offers where an id of a gate or a rule is typed."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem


def gates(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the ids of gates that begin with ``incomplete``."""
    from ...gates.registry import metadata

    found = ((gate.id, gate.title) for gate in metadata())
    return [CompletionItem(name, help=words) for name, words in found if name.startswith(incomplete)]


def gates_and_rules(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the ids of gates, and of rules in either case, that begin with ``incomplete``."""
    from ...gates.registry import metadata

    rules = ((rule.id, rule.summary) for gate in metadata() for rule in gate.rules)
    found = [CompletionItem(name, help=words) for name, words in rules if name.startswith(incomplete.upper())]
    return gates(context, parameter, incomplete) + found
