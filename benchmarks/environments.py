"""The environments that are measured: a clean one with this package, others with its peers, and a clone of its own."""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import sys
import sysconfig

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKOUT = os.path.dirname(HERE)
PEERS = {"peers": ("radon", "xenon", "complexipy", "ruff", "lizard"), "wily": ("wily",)}
LEFT_OUT: set[str] = set()


def python_in(folder: str) -> str:
    """Return the interpreter of a virtual environment."""
    return tool_in(folder, "python")


def tool_in(folder: str, name: str) -> str:
    """Return where a program of a virtual environment would be."""
    nt = os.name == "nt"
    return os.path.join(folder, "Scripts" if nt else "bin", name + (".exe" if nt else ""))


def ours(work: str) -> str:
    """Make a clean environment with the package installed as its users have it; return its interpreter.

    Clean: no ``.pth`` file that runs code at every start. setuptools, which up to 3.11 comes with every environment,
    leaves one, so it is taken out: both sides of every ratio are measured in what remains.
    """
    folder = os.path.join(work, "ours")
    shutil.rmtree(folder, ignore_errors=True)
    python = _environment(folder, CHECKOUT)
    _quiet(python, "-m", "pip", "uninstall", "--quiet", "--yes", "setuptools")
    site = sysconfig.get_path("purelib", "venv", {"base": folder, "installed_base": folder})
    dirty = [os.path.basename(name) for name in glob.glob(os.path.join(site, "*.pth"))]
    if dirty:
        print(f"warning: this environment is not clean, it starts through {', '.join(dirty)}", file=sys.stderr)
    return python


def install_peers(work: str) -> None:
    """Install the peers below ``work``; wily needs an older radon and so an environment of its own."""
    for name, packages in PEERS.items():
        folder = os.path.join(work, name)
        if not os.path.exists(folder):
            try:
                _environment(folder, *packages)
            except subprocess.CalledProcessError:
                shutil.rmtree(folder)


def peer(work: str, name: str) -> str | None:
    """Return the path of a peer's program: below ``work`` if it was installed there, else on PATH; None if left out."""
    if name in LEFT_OUT:
        return None
    folder = next(folder for folder, packages in PEERS.items() if name in packages)
    installed = tool_in(os.path.join(work, folder), name)
    return installed if os.path.exists(installed) else shutil.which(name)


def version(program: str | None) -> str:
    """Return what a program says to ``--version``, its last word."""
    if program is None:
        return "not measured"
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    words = (done.stdout + done.stderr).split()
    return next((word.strip(",") for word in reversed(words) if word[:1].isdigit()), "unknown")


def clone(repo: str, work: str, head: str) -> tuple[str, str]:
    """Clone ``repo`` below ``work`` and check ``head`` out; return the clone and the commit's id."""
    target = os.path.join(work, "clone")
    shutil.rmtree(target, ignore_errors=True)
    oid = git(repo, "rev-parse", "--verify", f"{head}^{{commit}}")
    _quiet("git", "clone", "--quiet", "--no-checkout", repo, target)
    git(target, "fetch", "--quiet", "origin", oid)
    git(target, "checkout", "--quiet", "--detach", oid)
    return target, oid


def git(repo: str, *args: str) -> str:
    """Run git in ``repo`` and return what it printed."""
    return subprocess.run(["git", "-C", repo, *args], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def _environment(folder: str, *packages: str) -> str:
    _quiet(sys.executable, "-m", "venv", folder)
    python = python_in(folder)
    _quiet(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages)
    return python


def _quiet(*argv: str) -> None:
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
