"""A GitHub runner in small: evaluates a composite action's expressions and runs its steps as the real one does."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "ghs_0123456789abcdef"
_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


class Ended(NamedTuple):
    """What is left of one run of the action, or of one of its steps."""

    code: int
    outputs: dict[str, str]
    log: str
    summary: str


class Run(NamedTuple):
    """One workflow run: the checkout it stands in, its event, and what the runner says about it (``env`` besides)."""

    workspace: Path
    event: str
    payload: Mapping[str, Any]
    sha: str
    ref: str
    env: Mapping[str, str] = {}


def load_yaml(path: Path) -> Any:
    """Return the document in ``path``, read as plain data."""
    from ruamel.yaml import YAML

    return YAML(typ="safe", pure=True).load(path.read_text())


def evaluate(text: str, context: Mapping[str, Any]) -> str:
    """Return ``text`` with its expressions replaced: dotted names, 'literals' and ``||`` between them."""
    return _EXPRESSION.sub(lambda match: _either(match[1], context), text)


def _either(expression: str, context: Mapping[str, Any]) -> str:
    for term in map(str.strip, expression.split("||")):
        value: Any = term[1:-1] if term.startswith("'") else context
        if value is context:
            assert re.fullmatch(r"[\w.-]+", term), f"this runner does not know {term!r}"
            for key in term.split("."):
                value = value.get(key) if isinstance(value, dict) else None
        if value:
            return str(value)
    return ""


def read_outputs(file: Path) -> dict[str, str]:
    """Parse a file as the runner parses GITHUB_OUTPUT (actions/runner, FileCommandManager.cs)."""
    outputs = {}
    lines = iter(file.read_bytes().decode("utf-8", "surrogateescape").split("\n") if file.exists() else [])
    for line in lines:
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            outputs[line[:equals]] = line[equals + 1 :]
        elif heredoc >= 0:
            value = []
            while (part := next(lines)) != line[heredoc + 2 :]:
                value.append(part)
            outputs[line[:heredoc]] = "\n".join(value)
        else:
            assert line == "", f"the runner refuses {line!r}"
    return outputs


class Runner:
    """Runs ``action.yml``; the tool that its first step installs serves every later run of the session."""

    def __init__(self, folder: Path) -> None:
        self.temp = folder / "temp"
        self.temp.mkdir(parents=True)
        self.files = folder / "files"
        self.files.mkdir()
        self.action = load_yaml(ROOT / "action.yml")
        self.installed: dict[str, str] | None = None
        self.action_path = folder / "action"

    def run(
        self, run: Run, inputs: Mapping[str, str] | None = None, env: Mapping[str, str] | None = None, stop: str = ""
    ) -> Ended:
        """Run the action's steps in ``run``, up to but without the step ``stop``."""
        steps: dict[str, Any] = {}
        context: dict[str, Any] = {"steps": steps, "github": {"event": run.payload, "token": TOKEN}}
        context["inputs"] = self._inputs(inputs or {}, context)
        ended = Ended(0, {}, "", "")
        for step in self.action["runs"]["steps"]:
            if ended.code or step["id"] == stop:
                break
            part = self._installed(step, env) or self._step(step, run, context, env or {})
            steps[step["id"]] = {"outputs": part.outputs}
            ended = Ended(part.code, {}, ended.log + part.log, ended.summary + part.summary)
        if not ended.code and self.installed is None:
            self.installed = steps["install"]["outputs"]
        outputs = {name: evaluate(spec["value"], context) for name, spec in self.action["outputs"].items()}
        return ended._replace(outputs=outputs)

    def _inputs(self, given: Mapping[str, str], context: Mapping[str, Any]) -> dict[str, str]:
        specs = self.action["inputs"].items()
        return {name: evaluate(spec.get("default", ""), context) for name, spec in specs} | dict(given)

    def _installed(self, step: Mapping[str, Any], env: Mapping[str, str] | None) -> Ended | None:
        known = step["id"] == "install" and self.installed and env is None
        return Ended(0, dict(self.installed or {}), "", "") if known else None

    def _step(self, step: Mapping[str, Any], run: Run, context: Mapping[str, Any], extra: Mapping[str, str]) -> Ended:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"], "an expression in `run` is pasted into the program"
        number = len(list(self.files.iterdir()))
        folder = self.files / str(number)
        folder.mkdir()
        (folder / "script.sh").write_text(step["run"])
        (folder / "event.json").write_text(json.dumps(run.payload))
        (folder / "output").touch()
        env = self._environment(run, folder) | dict(run.env) | dict(extra)
        env |= {name: evaluate(str(value), context) for name, value in step.get("env", {}).items()}
        done = subprocess.run(
            ["/bin/bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(folder / "script.sh")],
            cwd=run.workspace,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=600,
            check=False,
        )
        summary = folder / "summary"
        text = summary.read_text() if summary.exists() else ""
        return Ended(done.returncode, read_outputs(folder / "output"), done.stdout.decode("utf-8", "replace"), text)

    def _environment(self, run: Run, folder: Path) -> dict[str, str]:
        kept = ("PATH", "HOME", "GIT_CONFIG_NOSYSTEM", "LANG")
        # How this machine reaches a package registry is its own affair.
        network = ("PIP_", "SSL_", "HTTP_", "HTTPS_", "NO_PROXY", "http_", "https_", "no_proxy", "REQUESTS_")
        env = {name: value for name, value in os.environ.items() if name in kept or name.startswith(network)}
        return env | {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(self.action_path),
            "GITHUB_EVENT_NAME": run.event,
            "GITHUB_EVENT_PATH": str(folder / "event.json"),
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_REF": run.ref,
            "GITHUB_REPOSITORY": run.payload.get("repository", {}).get("full_name", ""),
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_SHA": run.sha,
            "GITHUB_STEP_SUMMARY": str(folder / "summary"),
            "GITHUB_WORKSPACE": str(run.workspace),
            "RUNNER_TEMP": str(self.temp),
        }
