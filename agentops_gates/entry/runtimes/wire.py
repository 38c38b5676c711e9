"""``init --runtime NAME`` and ``uninstall --runtime NAME``: what changes in the runtime's settings file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from ...git.repo import Repo
from ...model.errors import UsageError
from ..edit import Edit, read
from . import settings
from .plugin import MARK, plugin
from .wiring import PLACES, entries, path_of


def added(name: str, *, user: bool) -> list[Edit]:
    """Return the change that registers the guard with a runtime; none if that is done already."""
    place, old, text = _file(name, user=user)
    if name == "opencode":
        _own(place.name, text)
        new = plugin()
    else:
        with _explained(place.name):
            new = settings.merged(text, entries(name), PLACES[name].top)
    return [place._replace(old=old, new=new.encode())] if new != text or old is None else []


def taken(name: str, *, user: bool) -> list[Edit]:
    """Return the change that takes exactly our entries out again; none if there are none."""
    place, old, text = _file(name, user=user)
    if old is None:
        return []
    if name == "opencode":
        _own(place.name, text)
        new = ""
    else:
        with _explained(place.name):
            new = settings.removed(text)
    return [place._replace(old=old, new=new.encode() or None)] if new != text else []


def registrations(name: str, *, user: bool) -> list[tuple[str, str]]:
    """Return the events for which the guard is registered, with the commands; for OpenCode the path of the plugin."""
    place, old, text = _file(name, user=user)
    if name == "opencode":
        return [("tool.execute.before", place.path)] if text.startswith(MARK) else []
    with _explained(place.name):
        return settings.commands(text) if old is not None else []


def _file(name: str, *, user: bool) -> tuple[Edit, bytes | None, str]:
    root = os.path.expanduser("~") if user else _root()
    path = path_of(name, root, user=user)
    told = f"~/{PLACES[name].user}" if user else PLACES[name].project
    if user:
        # A home is often kept elsewhere, with links to it.
        path = os.path.realpath(path)
    old = read(path, told)
    with _explained(told):
        text = (old or b"").decode("utf-8")
    return Edit(told, path, old, None), old, text


def _root() -> str:
    with Repo.open() as repo:
        if not repo.toplevel:
            raise UsageError("a bare repository has no work tree to write to", "use --user, or a clone with files")
        return repo.toplevel


def _own(name: str, text: str) -> None:
    if text and not text.startswith(MARK):
        raise UsageError(f"{name} is there, and not written by agentops-gate", "move it away; nothing was written")


@contextmanager
def _explained(name: str) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} is not UTF-8", "correct it; nothing was written") from error
    except ValueError as error:
        raise UsageError(f"{name}: {error}", "correct it and run this again; nothing was written") from error
