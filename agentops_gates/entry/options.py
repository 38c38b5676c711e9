"""What every command asks of the values of its options."""

from __future__ import annotations

from ..model.errors import UsageError


def not_empty(**options: str | None) -> None:
    """Raise UsageError for an option that was given with nothing in it, as a script does whose variable is unset.

    Taken for "not given" it would make the run judge something else than was asked for.
    """
    for name, value in options.items():
        if value is not None and not value.strip():
            raise UsageError(f"--{name} is empty", f"name one, or leave --{name} out; is a variable unset?")
