"""Attempts to get a bad commit onto the local main, past the hooks that ``agentops-gate install`` writes."""

from __future__ import annotations

from bypass.claims import Row, Table

_HELD = ("stopped", "stopped", "refused")
_PAST = ("passes", "passes", "refused")

TABLE = Table(
    "Committing",
    """\
Does the local `main` come to a commit that raises a function's complexity far beyond the limit, for an epic whose plan
nobody has attacked? The first column has the `pre-commit` and `pre-merge-commit` hooks alone in the way, the second the
`commit-msg` hook alone; what passes both does so with all of our hooks installed. The last one is what counts: the same
`main` pushed with `--no-verify` to a server with our `pre-receive` hook. Where a hook stopped the attempt, it was made
again without hooks for that.""",
    ("`pre-commit` hooks", "`commit-msg` hook", "verifier"),
    (
        Row("commit", "`git commit`, nothing else", _HELD),
        Row("worktree", "`git commit` in a linked work tree, then a fast-forward", _HELD),
        Row("kill-switch", "`AGENTOPS_HOOKS_DISABLED=1 git commit`, without a terminal", _HELD),
        Row(
            "python-path",
            "`PYTHONPATH` leads to a `sitecustomize.py`, and an untracked `argparse.py` in the root",
            _HELD,
        ),
        Row("dulwich", "dulwich `commit`", _HELD),
        Row("gitpython", "GitPython `index.commit`", _HELD),
        # What a parent of a merge had already is for the push to judge (AG601).
        Row("merge-no-ff", "`git merge --no-ff` of a bad branch", ("passes", "stopped", "refused")),
        Row("no-verify", "`git commit --no-verify`", _PAST),
        Row("amend", "`git commit --amend -n` of a good commit", _PAST),
        Row("plumbing", "`git commit-tree`, `git update-ref`", _PAST),
        Row("fast-import", "`git fast-import`", _PAST),
        Row("cherry-pick", "`git cherry-pick` of a bad commit", _PAST),
        Row("revert", "`git revert` of a commit that made things better", _PAST),
        Row("rebase", "`git rebase` onto a bad branch", _PAST),
        Row("am", "`git am` of a bad patch", _PAST),
        Row("merge-ff", "`git merge --ff-only`", _PAST),
        Row("reset", "`git reset --hard` to a bad commit", _PAST),
        Row("checkout", "`git checkout -B main` at a bad commit", _PAST),
        Row("fetch-here", "`git fetch . topic:main`", _PAST),
        Row("clone", "`git commit` in a fresh clone, fetched back", _PAST),
        Row("option", "`git -c core.hooksPath=/dev/null commit`", _PAST),
        Row("config-count", "`GIT_CONFIG_COUNT`, `GIT_CONFIG_KEY_0`, `GIT_CONFIG_VALUE_0`", _PAST),
        Row("config-parameters", "`GIT_CONFIG_PARAMETERS`", _PAST),
        Row("config-global", "`GIT_CONFIG_GLOBAL` names a file that sets `core.hooksPath`", _PAST),
        Row("config", "`git config core.hooksPath /dev/null`", _PAST),
        Row("include", "`git config include.path` of a file that sets it", _PAST),
        Row("config-worktree", "`git config --worktree core.hooksPath /dev/null`", _PAST),
        Row("chmod", "`chmod -x .git/hooks/*`", _PAST),
        Row("remove", "`rm -rf .git/hooks`", _PAST),
        Row("ref-file", "`git commit-tree`, `echo ID > .git/refs/heads/main`", _PAST),
        Row("git-dir", "`GIT_DIR` is a copy of `.git` without hooks; objects and branch are copied back", _PAST),
        Row("pygit2", "pygit2 `create_commit`", _PAST),
        Row("dulwich-no-verify", "dulwich `commit(no_verify=True)`", _PAST),
        Row("gitpython-skip", "GitPython `index.commit(skip_hooks=True)`", _PAST),
    ),
)
