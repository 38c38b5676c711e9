"""What makes the gates run, as a repository itself says: hooks in .pre-commit-config.yaml, steps in GitHub workflows.

Both become a *view*: the name of each place that runs us, with everything that could make it run less.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from ..model.light import NamedTuple
from .hookids import COMMANDS, NAME, calls_us, is_ours
from .yamldoc import plain

COMMAND = COMMANDS[0]
_NAME = "agentops"
VERSION = "version"
# What says when places run, and means nothing without one.
_TRIGGER, _TYPE = "trigger ", "installed hook type "
_SETTINGS = (_TRIGGER, _TYPE)
# What a hook or a step is called, and how much it prints, changes nothing about when it runs.
_WORDS = {"name", "description", "verbose", "alias", "id"}

View = Mapping[str, Mapping[str, object]]


class Loss(NamedTuple):
    """One place or attribute that differs. ``old`` and ``new`` are JSON values, None where it is not there."""

    key: str
    old: object
    new: object

    @property
    def version(self) -> bool:
        """Whether only the version differs that the place runs."""
        return self.key.endswith(f".{VERSION}")


def losses(
    reader: Callable[[object], View], old: bytes | None, new: bytes | None, words: Collection[str] = ()
) -> list[Loss]:
    """Return what of ``old``, as ``reader`` sees it, is gone or different in ``new`` (None: there is no such file).

    Places that are new lose nothing, and neither does a file that could not be read before: it ran nothing. One
    that holds neither our name nor any of ``words`` is not about us.
    """
    before = _before(reader, old, words)
    if not before:
        return []
    try:
        after = {} if new is None else reader(plain(new))
    except ValueError as error:
        return [Loss("the file", "readable", str(error))]
    places = {name: attributes for name, attributes in before.items() if after or not name.startswith(_SETTINGS)}
    return [loss for name, attributes in places.items() for loss in _lost(name, attributes, after.get(name))]


def _before(reader: Callable[[object], View], data: bytes | None, words: Collection[str]) -> View:
    # Most files are not about us, and a YAML parser takes 40 ms for one of them.
    if data is None or not any(word.encode() in data.lower() for word in (_NAME, *words)):
        return {}
    try:
        return reader(plain(data))
    except ValueError:
        return {}


def _lost(name: str, before: Mapping[str, object], after: Mapping[str, object] | None) -> list[Loss]:
    if after is None:
        return [Loss(name, "present", None)]
    keys = [*before, *(key for key in after if key not in before)]
    return [Loss(f"{name}.{key}", before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key)]


def hooks(document: object, ids: Mapping[str, tuple[str, ...]]) -> View:
    """Return where a .pre-commit-config.yaml runs us: our hooks, hook types it installs, what pre-commit.ci skips.

    ``ids`` are those of ``hookids.known``.
    """
    top = _map(document)
    skipped = _list(_map(top.get("ci")).get("skip"))
    found: dict[str, Mapping[str, object]] = {}
    for repository in map(_map, _list(top.get("repos"))):
        for hook in map(_map, _list(repository.get("hooks"))):
            if is_ours(repository.get("repo"), hook, ids):
                place = {"repo": repository.get("repo"), VERSION: repository.get("rev")}
                skip = {"skipped by pre-commit.ci": True} if hook.get("id") in skipped else {}
                _add(found, f"hook {hook.get('id')}", {**place, **skip, **_attributes(hook)})
    if found:
        found.update({f"{_TYPE}{kind}": {} for kind in _list(top.get("default_install_hook_types"))})
    return found


def workflow(document: object) -> View:
    """Return where a GitHub workflow runs us: our steps with their job's conditions, and what triggers them."""
    top = _map(document)
    found: dict[str, Mapping[str, object]] = {}
    for name, value in _map(top.get("jobs")).items():
        job = _map(value)
        conditions = {f"job {key}": job[key] for key in ("if", "continue-on-error") if key in job}
        for step in _our_steps(job):
            _add(found, f"step {_action(step) or COMMAND} of job {name}", {**conditions, **_step(step)})
    if found:
        found.update(_triggers(top.get("on", top.get("True"))))
    return found


def _our_steps(job: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    # A job can also be a workflow of ours as a whole.
    for step in [job, *map(_map, _list(job.get("steps")))]:
        if _is_our_action(_action(step)) or calls_us(step.get("run")):
            yield step


def _step(step: Mapping[str, object]) -> dict[str, object]:
    version = {VERSION: str(step["uses"]).partition("@")[2]} if "uses" in step else {}
    return version | {key: item for key, item in _attributes(step).items() if key not in ("steps", "uses")}


def _triggers(value: object) -> Iterator[tuple[str, Mapping[str, object]]]:
    if isinstance(value, dict):
        for event, filters in value.items():
            yield f"{_TRIGGER}{event}", {"filters": filters}
    else:
        for event in value if isinstance(value, list) else [value]:
            yield f"{_TRIGGER}{event}", {"filters": None}


def _add(found: dict[str, Mapping[str, object]], name: str, attributes: Mapping[str, object]) -> None:
    number = 2
    unique = name
    while unique in found:
        unique = f"{name} ({number})"
        number += 1
    found[unique] = attributes


def _attributes(entry: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in entry.items() if key not in _WORDS}


def _action(step: Mapping[str, object]) -> str:
    return str(step.get("uses", "")).partition("@")[0]


def _is_our_action(name: str) -> bool:
    """Tell whether an action (``owner/repository/path``) is this project's, or a fork's."""
    return name.split("/")[1:2] == [NAME]


def _map(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
