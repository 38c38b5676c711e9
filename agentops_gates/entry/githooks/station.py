"""What a server knows by itself: the administrator's own file, and the names by which it knows who pushes.

The file is ``agentops/server.toml`` in the bare repository, where no push reaches. All of it is optional:

    boundary = "http"                    # or "forced-command": the only way in, so that nobody goes around the hook
    signers = "/etc/agentops/signers"    # whose signatures count, in place of the files in the base's tree
    revoked = "/etc/agentops/revoked"
    records = 200                        # the most new records that one push may bring,
    bytes = 4194304                      # and how long they may be in all
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from ...git.repo import Repo
from ...model.errors import UsageError
from ...model.light import Any
from ...model.subject import Station
from ...model.text import printable

FILE = os.path.join("agentops", "server.toml")
_LIMIT = 1 << 20
_NUMBERS = ("records", "bytes")
# What the way in leaves in the environment of a push. Without it the push came another way, whatever the file says.
_WAYS = {"http": ("REQUEST_METHOD",), "forced-command": ("SSH_ORIGINAL_COMMAND", "SSH_CONNECTION")}
_PUSHERS = ("REMOTE_USER", "GL_USERNAME", "GL_USER", "GL_ID", "GITEA_PUSHER_NAME", "GITEA_PUSHER_EMAIL")


def station(repo: Repo, environ: Mapping[str, str] = os.environ) -> Station:
    """Return what the server asserts. Raises UsageError for a file of the administrator's that cannot be believed."""
    path, said = os.path.join(repo.common_dir, FILE), table(repo)
    pusher = tuple(environ[name] for name in _PUSHERS if environ.get(name))
    came = any(environ.get(name) for name in _WAYS.get(said.get("boundary", ""), ()))
    asserted = Station(pusher, "server" if came else "")
    if "signers" not in said:
        return asserted
    revoked = said.get("revoked", "")
    return asserted._replace(
        signers=_content(said["signers"], path),
        revoked=_content(revoked, path) if revoked else None,
        files=(said["signers"], revoked or "(none)"),
    )


def table(repo: Repo) -> dict[str, Any]:
    """Return the settings in the administrator's file; UsageError for one that is not valid."""
    path = os.path.join(repo.common_dir, FILE)
    if not os.path.lexists(path):
        return {}
    import tomllib

    where = printable(path)
    try:
        found = tomllib.loads(_content(path, path).decode())
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where} is no valid TOML: {printable(str(error))}", "correct it") from error
    for name, value in found.items():
        _check(where, name, value)
    if found.get("boundary", "http") not in _WAYS:
        raise UsageError(f"{where}: boundary is {' or '.join(_WAYS)}", "leave it out if neither holds")
    if "revoked" in found and "signers" not in found:
        raise UsageError(f"{where}: revoked stands without signers", "name both files, or neither")
    return found


def _check(where: str, name: str, value: object) -> None:
    if name in _NUMBERS:
        if type(value) is not int or value < 1:
            raise UsageError(f"{where}: {name} is no whole number above zero", f"{name} = 1000")
    elif name not in ("boundary", "signers", "revoked") or not isinstance(value, str):
        raise UsageError(f"{where}: {printable(name)} is no setting of text", 'boundary, signers or revoked = "..."')


def _content(path: str, named_in: str) -> bytes:
    if not os.path.isabs(path):
        raise UsageError(f"{printable(named_in)}: {printable(path)} is no absolute path", "give the whole path")
    try:
        with open(path, "rb") as file:
            content = file.read(_LIMIT + 1)
    except OSError as error:
        raise UsageError(f"cannot read {printable(path)}: {error.strerror}", f"see {printable(named_in)}") from error
    if len(content) > _LIMIT:
        raise UsageError(f"{printable(path)} is larger than {_LIMIT:,} bytes", f"see {printable(named_in)}")
    return content
