"""Attempts to get a bad commit past our gates where pre-commit, prek or lefthook starts them."""

from __future__ import annotations

from bypass.claims import Row, Table

_HELD = ("stopped", "refused")
_PAST = ("passes", "refused")

TABLE = Table(
    "Committing under a hook runner",
    """\
The bad commit of the first table once more, where not our own hooks but a runner starts the gates, set up as in
[hooks](hooks.md). What gets past git's hooks gets past a runner's; these are the ways that a runner adds. The last
column is the same push to the same server.""",
    ("the runner's hooks", "verifier"),
    (
        Row("pre-commit", "**pre-commit**: `git commit`, nothing else", _HELD),
        Row("pre-commit-unstaged", "our hooks taken out of its configuration, not staged", _HELD),
        Row("pre-commit-safe-path", "an untracked `argparse.py` in the root, with `PYTHONSAFEPATH=1`", _HELD),
        Row("pre-commit-shadow", "an untracked `argparse.py` in the root", _PAST),
        Row("pre-commit-skip", "`SKIP=agentops-pre-commit,agentops-commit-msg`", _PAST),
        Row("pre-commit-deleted", "its configuration deleted, `PRE_COMMIT_ALLOW_NO_CONFIG=1`", _PAST),
        Row("pre-commit-staged", "our hooks taken out of its configuration, in the same commit", _PAST),
        Row("pre-commit-python-path", "`PYTHONPATH` leads to a `sitecustomize.py`", _PAST),
        Row("prek", "**prek**: `git commit`, nothing else", _HELD),
        Row("prek-shadow", "an untracked `argparse.py` in the root", _HELD),
        Row("prek-skip", "`SKIP=agentops-pre-commit,agentops-commit-msg`", _PAST),
        Row("prek-staged", "our hooks taken out of its configuration, in the same commit", _PAST),
        Row("prek-python-path", "`PYTHONPATH` leads to a `sitecustomize.py`", _PAST),
        Row("lefthook", "**lefthook**: `git commit`, nothing else", _HELD),
        Row("lefthook-off", "`LEFTHOOK=0`", _PAST),
        Row("lefthook-exclude", "`LEFTHOOK_EXCLUDE=agentops`", _PAST),
        Row("lefthook-local", "an untracked `lefthook-local.yml` with `skip: true`", _PAST),
        Row("lefthook-config", "`LEFTHOOK_CONFIG` names another file", _PAST),
        Row("lefthook-python-path", "`PYTHONPATH` leads to a `sitecustomize.py`", _PAST),
        Row("lefthook-bin", "`LEFTHOOK_BIN` names `true`", _PAST),
    ),
)
