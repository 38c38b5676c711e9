"""What the hook loads: nothing that costs as much as the interpreter itself, as long as it lets things pass."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from agentops_gates.entry.runtimes import session
from agentops_gates.entry.runtimes.protocol import runtime

from .runtimelib import SHELL, edit, shell

HEAVY = ("click", "pygit2", "jsonschema", "ruamel", "json", "json.decoder", "re", "enum", "typing", "argparse", "shlex",
         "tomllib", "subprocess", "dataclasses", "pathlib", "signal", "importlib.metadata", "hashlib")  # fmt: skip


def loaded(name: str, given: object) -> tuple[int, set[str]]:
    root = str(Path(__file__).parents[2])
    code = (
        f"import sys; sys.path.append({root!r})\n"
        "from agentops_gates.entry.runtimes.session import answer\n"
        f"code = answer({name!r})\n"
        f"sys.stderr.write(f'{{code}} ' + ' '.join(set({HEAVY!r}) & set(sys.modules)))"
    )
    data = json.dumps(given).encode()
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], input=data, capture_output=True, check=True)
    exit_code, *modules = done.stderr.decode().split()
    return int(exit_code), set(modules)


@pytest.mark.parametrize("name", [name for name, _, _ in SHELL])
def test_what_passes_loads_nothing_heavy(name: str, tmp_path: Path) -> None:
    for command in ("npm test", "git status", "git commit -m 'a b'", "for x in a b; do git add $x; done"):
        assert loaded(name, shell(name, command, str(tmp_path))) == (0, set())
    assert loaded(name, edit(name, "src/a.py", str(tmp_path))) == (0, set())


def test_every_moment_has_a_name() -> None:
    # The seam for what is to be said at a session's start: one entry in one table.
    for name, _, _ in SHELL:
        assert set(runtime(name).EVENTS.values()) <= {"before-tool", "after-tool", "session-start", "prompt", "stop"}
    assert set(session.SERVICES) == {"before-tool"}


@pytest.mark.parametrize("name", ["", "emacs", "session", "../x"])
def test_no_other_module_is_a_runtime(name: str) -> None:
    with pytest.raises(KeyError):
        runtime(name)
