"""What the door tests share: this package installed into an environment of its own, and hooks that leave a trace."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

from conftest import Workspace

CHECKOUT = Path(__file__).resolve().parents[2]
GIT = shutil.which("git") or ""
DEADLINE = 10  # seconds: no hook may take longer, and a loop of hooks ends here
MINE = "#!/bin/sh\nexit 0\n"
HOOKS = ("pre-commit", "pre-merge-commit", "prepare-commit-msg", "commit-msg", "pre-push")
RUNNERS = ("pre-commit", "prek", "lefthook")


class Installed:
    """An environment into which the checkout is installed as an editable install does it: a .pth file and a script."""

    def __init__(self, folder: Path) -> None:
        venv.create(folder, with_pip=False, symlinks=True)
        self.python = folder / "bin" / "python"
        self.script = folder / "bin" / "agentops-gate"
        site = next(folder.glob("lib/python3*/site-packages"))
        site.joinpath("checkout.pth").write_text(f"{CHECKOUT}\n{sysconfig.get_path('purelib')}\n")
        # As pip writes it: a path with a space cannot stand in a shebang line.
        starter = f"#!/bin/sh\n'''exec' '{self.python}' \"$0\" \"$@\"\n' '''\n"
        self.script.write_text(f"{starter}from agentops_gates.__main__ import main\n\nmain()\n")
        self.script.chmod(0o755)

    def gate(self, where: Workspace | Path, *args: str, env: dict[str, str] | None = None, ok: int | None = 0):
        """Run ``agentops-gate ARGS`` in ``where`` and return the completed process, text decoded."""
        cwd = getattr(where, "path", where)
        done = subprocess.run(
            [self.script, *args],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="surrogateescape",
            timeout=60,
            check=False,
        )
        if ok is not None:
            assert done.returncode == ok, f"{args} exited {done.returncode}: {done.stdout}{done.stderr}"
        return done


def run_tool(repo: Workspace, name: str, *args: str) -> None:
    """Run a hook runner that is installed beside the Python of these tests; raise when it fails."""
    subprocess.run([Path(sys.executable).parent / name, *args], cwd=repo.path, check=True, capture_output=True)


def quick(where: Workspace, *args: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run git without a terminal, under the deadline; kill the whole session when it is missed."""
    with subprocess.Popen(
        [GIT, *args],
        cwd=where.path,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
        errors="surrogateescape",
    ) as process:
        try:
            out, err = process.communicate(timeout=DEADLINE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            raise
    return subprocess.CompletedProcess(args, process.returncode, out, err)


def hooks_folder(repo: Workspace) -> Path:
    """Return where git keeps the hooks of ``repo`` by default, made if need be."""
    folder = Path(repo.git("rev-parse", "--path-format=absolute", "--git-common-dir")) / "hooks"
    folder.mkdir(exist_ok=True)
    return folder


def put(path: Path, content: str, mode: int = 0o755) -> Path:
    """Write a script and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    path.chmod(mode)
    return path


def picture(folder: Path) -> dict[str, tuple[str, int, bytes]]:
    """Return every file below ``folder`` with its kind and mode, and its bytes (or where the link points)."""
    found = {}
    for path in sorted(folder.rglob("*")):
        kind = "link" if path.is_symlink() else "file" if path.is_file() else "folder"
        content = os.fsencode(os.readlink(path)) if kind == "link" else path.read_bytes() if kind == "file" else b""
        found[str(path.relative_to(folder))] = (kind, path.lstat().st_mode, content)
    return found


def ours(folder: Path) -> set[str]:
    """Return the names of the hooks in ``folder`` that are ours and executable."""
    found = (path for path in map(folder.joinpath, HOOKS) if path.is_file() and os.access(path, os.X_OK))
    return {path.name for path in found if "agentops-gates native hook" in path.read_text().splitlines()[1]}
