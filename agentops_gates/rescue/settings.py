"""How much a snapshot may hold, and how long it is kept."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.light import Any, NamedTuple
from ..policy.sections import RESCUE


class Settings(NamedTuple):
    """The table ``[rescue]`` of the policy; see there. ``ignored`` are globs of ignored files that are saved."""

    max_bytes: int
    max_files: int
    keep_days: int
    keep_count: int
    ignored: tuple[str, ...]


def settings(given: Mapping[str, Any] | None = None) -> Settings:
    """Return the settings of a validated table, the defaults where it says nothing."""
    known = given or {}
    values = {setting.name: known.get(setting.name, setting.default) for setting in RESCUE.settings}
    return Settings(**{**values, "ignored": tuple(values["ignored"])})
