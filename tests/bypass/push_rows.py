"""Attempts to move the remote's main to what nobody has judged: past the pre-push hook, and past pre-receive."""

from __future__ import annotations

from bypass.claims import Row, Table

_HELD = ("stopped", "refused", "refused")
_PAST = ("passes", "refused", "refused")
_PATH = ("passes", "passes", "-")

TABLE = Table(
    "Pushing",
    """\
Does the remote's `main` move to a commit that nobody has judged, or go? The first column has our `pre-push` hook alone
in the way, and a server without hooks. The others have a server with our `pre-receive` hook and a client without hooks:
first a bare repository that the client reaches **by its path**, as the same user, then the same one over HTTP (`git
http-backend`). Behind a path there is no boundary, whatever hook stands there: git runs as the client.""",
    ("`pre-push` hook", "server, by path", "server, over HTTP"),
    (
        Row("push", "`git push`", _HELD),
        Row("force", "`git push --force` of an amended `main`", _HELD),
        Row("delete", "`git push --delete`", _HELD),
        Row("mirror", "`git push --mirror`", _HELD),
        Row("url", "`git push URL`", _HELD),
        Row("refspec", "`git push` with the refspec in the configuration", _HELD),
        Row("worktree", "`git push` in a linked work tree", _HELD),
        Row("elsewhere", "`git push origin main` while something else is checked out", _HELD),
        Row("topic-first", "`git push` to a topic branch, then of the same commit to `main`", _HELD),
        Row("two-refs", "`git push` of a branch that brings nothing and `main`, together", _HELD),
        Row("kill-switch", "`AGENTOPS_HOOKS_DISABLED=1 git push`, without a terminal", _HELD),
        Row("gitpython", "GitPython `push`", _HELD),
        Row("no-verify", "`git push --no-verify`", _PAST),
        Row("option", "`git -c core.hooksPath=/dev/null push`", _PAST),
        Row("config-count", "`GIT_CONFIG_COUNT`, `GIT_CONFIG_KEY_0`, `GIT_CONFIG_VALUE_0`", _PAST),
        Row("clone", "`git push` from a fresh clone", _PAST),
        Row("send-pack", "`git send-pack`", ("passes", "refused", "-")),
        Row(
            "receive-pack",
            "`git push --receive-pack='git -c core.hooksPath=/dev/null receive-pack'`",
            ("stopped", "passes", "refused"),
        ),
        Row(
            "config-global",
            "`GIT_CONFIG_GLOBAL` names a file that sets `core.hooksPath`",
            ("passes", "passes", "refused"),
        ),
        Row("pygit2", "pygit2 `push`", ("passes", "passes", "refused")),
        Row("dulwich", "dulwich `push`", ("passes", "passes", "refused")),
        Row("send-pack-receive-pack", "`git send-pack --receive-pack=...`", _PATH),
        Row("fetch-there", "`git fetch` run in the bare repository", _PATH),
        Row("bundle", "`git bundle`, and a fetch from it in the bare repository", _PATH),
        Row("files", "objects and branch copied into the bare repository", _PATH),
        Row("remove", "its hooks deleted, then `git push --no-verify`", _PATH),
    ),
)

SSH = Table(
    "Pushing over ssh",
    """\
The same `pre-receive` hook behind ssh: with a **forced command** (`command="git-receive-pack /srv/git/app.git"` in
`authorized_keys`, the way of Gitolite, Gitea and GitLab), and with an account that has a **login shell**. The suite
plays ssh with a script that does what sshd does: an environment of its own, and then either the forced command,
whatever the client asks for, or a shell that runs what it asks for.""",
    ("forced command", "login shell"),
    (
        Row("no-verify", "`git push --no-verify`", ("refused", "refused")),
        Row(
            "receive-pack",
            "`git push --no-verify --receive-pack='git -c core.hooksPath=/dev/null receive-pack'`",
            ("refused", "passes"),
        ),
        Row("send-pack", "`git send-pack --receive-pack=...`", ("refused", "passes")),
        Row("config-global", "`GIT_CONFIG_GLOBAL` names a file that sets `core.hooksPath`", ("refused", "refused")),
        Row("dulwich", "dulwich `push`", ("refused", "refused")),
    ),
)
