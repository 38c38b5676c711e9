"""What the programs of a council are started with: a clean environment, and a program that the change did not bring."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

from ...git.repo import Repo
from ...model.errors import UsageError
from ...model.light import NamedTuple
from ...model.text import printable

# What a program needs to run at all and to write text as its owner reads it; nothing that carries a secret.
_KEPT = ("LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ", "USER", "LOGNAME", "SHELL", "SYSTEMROOT", "COLUMNS", "LINES")


class Place(NamedTuple):
    """Folders of one program. It starts in ``folder``; ``tree`` has the head's files, ``base`` the base's adapters."""

    folder: str
    tree: str
    home: str
    temp: str
    base: str


def clean(
    repo: Repo, environ: Mapping[str, str], names: Iterable[str], place: Place, more: Mapping[str, str]
) -> dict[str, str]:
    """Return the environment of one program: a few harmless variables, those that policy names, and ``more``.

    Home and temporary folder are its own unless policy names ``HOME``. ``PATH`` keeps absolute folders outside the
    repository. Nothing that steers git is passed on, whatever policy names: it would lead back into the repository.
    """
    allowed = [*_KEPT, *(name for name in names if not name.startswith("GIT_"))]
    given = {name: environ[name] for name in allowed if name in environ}
    return {
        "HOME": place.home,
        "TERM": "dumb",
        **given,
        "TMPDIR": place.temp,
        "PATH": os.pathsep.join(_outside(repo, environ.get("PATH") or os.defpath)),
        # Above the scratch folder there may be a repository, the user's own among others.
        "GIT_CEILING_DIRECTORIES": os.path.dirname(place.folder),
        "AGENTOPS_TREE": place.tree,
        **more,
    }


def command(repo: Repo, argv: Sequence[str], place: Place, path: str) -> list[str]:
    """Return ``argv`` ready to run: its program as an absolute path, ``{tree}`` and ``{base}`` as their folders.

    Raises UsageError for a program that is not there, or that lies in the repository and so is the author's; the one
    place in a repository from which judges may come is ``.agents/judges`` of the base, which ``{base}`` holds.
    """
    filled = [part.replace("{tree}", place.tree).replace("{base}", place.base) for part in argv]
    name = filled[0]
    folders = [""] if os.path.isabs(name) else path.split(os.pathsep) if os.sep not in name else []
    for folder in folders:
        program = os.path.join(folder, name)
        if os.access(program, os.X_OK) and not os.path.isdir(program) and not _belongs(repo, program):
            return [program, *filled[1:]]
    raise UsageError(
        f"{printable(name)} is not a program outside the repository",
        "name one on PATH, or one of .agents/judges in the base: {base}/.agents/judges/NAME",
    )


def _outside(repo: Repo, path: str) -> list[str]:
    return [folder for folder in path.split(os.pathsep) if os.path.isabs(folder) and not _belongs(repo, folder)]


def _belongs(repo: Repo, path: str) -> bool:
    ends = {os.path.realpath(os.path.dirname(path)), os.path.realpath(path)}
    owned = [os.path.realpath(folder) for folder in (repo.toplevel, repo.common_dir) if folder]
    return any(end == folder or end.startswith(folder + os.sep) for end in ends for folder in owned)
