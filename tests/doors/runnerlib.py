"""Our hooks in the configuration of the runners, as the manifest and the documentation have them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from conftest import Workspace
from doors.doorlib import CHECKOUT, put
from ruamel.yaml import YAML

STAGES = ("pre-commit", "pre-merge-commit", "pre-push")


def write_pre_commit(repo: Workspace, gate: Path, stages: Sequence[str] = STAGES) -> None:
    """Write the configuration that uses every umbrella of the manifest as it stands, but without building it."""
    yaml = YAML()
    hooks = [hook for hook in yaml.load(CHECKOUT / ".pre-commit-hooks.yaml") if hook["id"].startswith("agentops-")]
    for hook in hooks:
        del hook["minimum_pre_commit_version"]  # a manifest key: a local hook has none
        hook["language"] = "system"
        hook["entry"] = hook["entry"].replace("agentops-gate", str(gate), 1)
    config = {"default_install_hook_types": list(stages), "repos": [{"repo": "local", "hooks": hooks}]}
    with open(repo.path / ".pre-commit-config.yaml", "w") as file:
        yaml.dump(config, file)


def write_lefthook(repo: Workspace, gate: Path) -> None:
    """Write the files that docs/hooks.md shows for lefthook."""
    text = (CHECKOUT / "docs" / "hooks.md").read_text()
    for name, language in (("lefthook.yml", "yaml"), (".lefthook/pre-push/agentops-gate.sh", "sh")):
        shown = re.search(rf"```{language}\n# {re.escape(name)}\n(.*?)```", text, re.DOTALL)
        assert shown is not None
        put(repo.path / name, shown[1].replace("agentops-gate hook", f"{gate} hook"), 0o644)
