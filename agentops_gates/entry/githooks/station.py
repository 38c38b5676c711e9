"""What a server knows by itself: the administrator's own file, and the names by which it knows who pushes.

The file is ``agentops/server.toml`` in the bare repository, where no push reaches. All of it is optional:

    boundary = "http"                    # or "forced-command": the only way in, so that nobody goes around the hook
    signers = "/etc/agentops/signers"    # whose signatures count, in place of the files in the base's tree
    revoked = "/etc/agentops/revoked"
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
# What the way in leaves in the environment of a push. Without it the push came another way, whatever the file says.
_WAYS = {"http": ("REQUEST_METHOD",), "forced-command": ("SSH_ORIGINAL_COMMAND", "SSH_CONNECTION")}
_PUSHERS = ("REMOTE_USER", "GL_USERNAME", "GL_USER", "GL_ID", "GITEA_PUSHER_NAME", "GITEA_PUSHER_EMAIL")


def station(repo: Repo, environ: Mapping[str, str] = os.environ) -> Station:
    """Return what the server asserts. Raises UsageError for a file of the administrator's that cannot be believed."""
    path = os.path.join(repo.common_dir, FILE)
    table = _table(path)
    pusher = tuple(environ[name] for name in _PUSHERS if environ.get(name))
    came = any(environ.get(name) for name in _WAYS.get(table.get("boundary", ""), ()))
    asserted = Station(pusher, "server" if came else "")
    if "signers" not in table:
        return asserted
    revoked = table.get("revoked", "")
    return asserted._replace(
        signers=_content(table["signers"], path),
        revoked=_content(revoked, path) if revoked else None,
        files=(table["signers"], revoked or "(none)"),
    )


def _table(path: str) -> dict[str, Any]:
    if not os.path.lexists(path):
        return {}
    import tomllib

    where = printable(path)
    try:
        table = tomllib.loads(_content(path, path).decode())
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where} is no valid TOML: {printable(str(error))}", "correct it") from error
    for name, value in table.items():
        if name not in ("boundary", "signers", "revoked") or not isinstance(value, str):
            raise UsageError(
                f"{where}: {printable(name)} is no setting of text", 'boundary, signers or revoked = "..."'
            )
    if table.get("boundary", "http") not in _WAYS:
        raise UsageError(f"{where}: boundary is {' or '.join(_WAYS)}", "leave it out if neither holds")
    if "revoked" in table and "signers" not in table:
        raise UsageError(f"{where}: revoked stands without signers", "name both files, or neither")
    return table


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
