"""A repository as GitHub serves it, the events it sends, and checkouts as ``actions/checkout`` makes them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ci.actionlib import ROOT, Run, Runner
from conftest import branchy, make_repository

ZERO = "0" * 40
# What the runner checks out for each event, and where actions/checkout puts it.
_TRACKING = {"refs/heads/": "refs/remotes/origin/", "refs/pull/": "refs/remotes/pull/", "refs/tags/": "refs/tags/"}


def fresh_runner(folder: Path) -> Runner:
    """Return a runner to which the action was fetched: a copy of this project, as the runner downloads it."""
    runner = Runner(folder)
    left_out = shutil.ignore_patterns(".*", "__pycache__", "tests", "benchmarks", "build", "dist")
    shutil.copytree(ROOT, runner.action_path, ignore=left_out)
    return runner


class Server:
    """``clean`` and ``bad`` branched off main before its last commit, which made an unrelated function worse."""

    def __init__(self, path: Path, trunk: str = "main") -> None:
        self.path, self.trunk = path, trunk
        self.repo = make_repository(path, f"--initial-branch={trunk}")
        self.repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
        self.repo.commit("start", {"app.py": branchy("f", 4), "other.py": branchy("g", 4)})
        self.fork = self.repo.head()
        self._branch("clean", {"app.py": branchy("f", 4) + branchy("h", 2)})
        self._branch("bad", {"app.py": branchy("f", 15)}, {"README": "harmless\n"})
        self.repo.git("checkout", "-q", trunk)
        self.tip = self.repo.commit("somebody else's", {"other.py": branchy("g", 20)})

    def _branch(self, name: str, *commits: Mapping[str, str | bytes | None]) -> None:
        self.repo.git("checkout", "-q", "-b", name, self.fork)
        for number, files in enumerate(commits):
            self.repo.commit(f"{name} {number}", files)
        self.repo.git("checkout", "-q", "--detach")

    def oid(self, revision: str) -> str:
        """Return the commit that ``revision`` names."""
        return self.repo.git("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")

    def _merge(self, branch: str, ref: str) -> str:
        self.repo.git("checkout", "-q", "--detach", f"refs/heads/{self.trunk}")
        self.repo.git("merge", "-q", "--no-ff", "-m", f"Merge {branch}", branch)
        merge = self.repo.head()
        self.repo.git("update-ref", ref, merge)
        self.repo.git("checkout", "-q", self.trunk)
        return merge

    def event(self, kind: str, branch: str) -> tuple[str, dict[str, Any], str, str]:
        """Do ``kind`` with ``branch`` here; return the event's name and payload, GITHUB_SHA and GITHUB_REF."""
        name, payload, sha, ref = getattr(self, f"_{kind}")(branch)
        repository = {"default_branch": self.trunk, "full_name": f"{self.path.parent.name}/{self.path.name}"}
        return name, {**payload, "repository": repository}, sha, ref

    def _pull_request(self, branch: str) -> tuple[str, dict[str, Any], str, str]:
        ref = "refs/pull/7/merge"
        pull = {
            "base": {"ref": self.trunk, "sha": self.fork},  # stale: main has moved since
            "head": {"ref": branch, "sha": self.oid(branch)},
            "title": "`touch pwned` $(touch pwned)\n::error::x",
        }
        return (
            "pull_request",
            {"action": "synchronize", "number": 7, "pull_request": pull},
            self._merge(branch, ref),
            ref,
        )

    def _push(self, branch: str) -> tuple[str, dict[str, Any], str, str]:
        ref = f"refs/heads/{self.trunk}"
        after = self._merge(branch, ref)
        return "push", {"ref": ref, "before": self.tip, "after": after, "forced": False}, after, ref

    def _forced(self, branch: str) -> tuple[str, dict[str, Any], str, str]:
        lost = self.repo.commit("lost", {"lost.py": "x = 1\n"})
        self.repo.git("reset", "-q", "--hard", self.tip)
        name, payload, sha, ref = self._push(branch)
        return name, {**payload, "before": lost, "forced": True}, sha, ref

    def _new_branch(self, branch: str) -> tuple[str, dict[str, Any], str, str]:
        ref, after = f"refs/heads/{branch}", self.oid(branch)
        return "push", {"ref": ref, "before": ZERO, "after": after, "created": True}, after, ref

    def _second_push(self, branch: str) -> tuple[str, dict[str, Any], str, str]:
        name, payload, sha, ref = self._new_branch(branch)
        return name, {**payload, "before": self.oid(f"{branch}~1"), "created": False}, sha, ref

    def _tag(self, branch: str) -> tuple[str, dict[str, Any], str, str]:
        self.repo.git("tag", "-a", "-m", "one", "v1", branch)
        after = self.repo.git("rev-parse", "refs/tags/v1")
        return "push", {"ref": "refs/tags/v1", "before": ZERO, "after": after}, self.oid("v1"), "refs/tags/v1"

    def _merge_group(self, branch: str) -> tuple[str, dict[str, Any], str, str]:
        ref = f"refs/heads/gh-readonly-queue/{self.trunk}/pr-7-{self.tip}"
        head = self._merge(branch, ref)
        group = {"base_sha": self.tip, "base_ref": f"refs/heads/{self.trunk}", "head_sha": head, "head_ref": ref}
        return "merge_group", {"action": "checks_requested", "merge_group": group}, head, ref

    def checkout(self, path: Path, event: tuple[str, dict[str, Any], str, str], depth: int = 0) -> Run:
        """Check the event's commit out below ``path`` as actions/checkout does; ``depth`` 0 is everything."""
        name, payload, sha, ref = event
        prefix = next(prefix for prefix in _TRACKING if ref.startswith(prefix))
        local = _TRACKING[prefix] + ref.removeprefix(prefix)
        workspace = make_repository(path)
        workspace.git("remote", "add", "origin", f"file://{self.path}")
        everything = ("+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
        options = ("--no-tags", f"--depth={depth}") if depth else ()
        refspecs = (f"+{sha}:{local}",) if depth or ref.startswith("refs/pull/") else ()
        workspace.git("fetch", "-q", *options, "origin", *(() if depth else everything), *refspecs)
        workspace.git("checkout", "-q", "--force", "--detach", sha)
        return Run(path, name, payload, sha, ref)
