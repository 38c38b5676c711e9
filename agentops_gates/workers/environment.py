"""What a worker's command finds in its environment: its role, and nothing that a push could be paid with."""

from __future__ import annotations

import os
from collections.abc import Mapping

from .role import VARIABLE, WORKER

# Tokens that a forge takes for a push, and ways to a program that knows passwords.
_CREDENTIALS = (
    "AZURE_DEVOPS_EXT_PAT",
    "BITBUCKET_TOKEN",
    "CI_JOB_TOKEN",
    "DBUS_SESSION_BUS_ADDRESS",
    "GH_ENTERPRISE_TOKEN",
    "GH_TOKEN",
    "GITEA_TOKEN",
    "GITHUB_ENTERPRISE_TOKEN",
    "GITHUB_TOKEN",
    "GITLAB_TOKEN",
    "GLAB_TOKEN",
    "GPG_AGENT_INFO",
    "SSH_AGENT_PID",
    "SSH_ASKPASS",
    "SSH_AUTH_SOCK",
    "SYSTEM_ACCESSTOKEN",
)
_NEVER = "/bin/false"
_FIXED = {
    VARIABLE: WORKER,
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": _NEVER,
    "SSH_ASKPASS": _NEVER,
    "GIT_SSH_COMMAND": "ssh -F /dev/null -o BatchMode=yes -o IdentitiesOnly=yes -o IdentityAgent=none "
    "-o IdentityFile=/dev/null",
    # An empty value drops the helpers that the configuration names.
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "credential.helper",
    "GIT_CONFIG_VALUE_0": "",
    # What only looks must not try to write the index, which the sandbox forbids.
    "GIT_OPTIONAL_LOCKS": "0",
}


def for_worker(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment for a worker's command: ``environ`` without git's own variables and credentials."""
    kept = {name: value for name, value in environ.items() if not name.startswith("GIT_") and name not in _CREDENTIALS}
    return {**kept, **_FIXED}
