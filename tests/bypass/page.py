"""The text of docs/bypass.md: what is claimed of attempts to get around the gates."""

from __future__ import annotations

from bypass import binding_rows, blinding_rows, commit_rows, framework_rows, push_rows
from bypass.claims import markdown

TABLES = (
    commit_rows.TABLE,
    push_rows.TABLE,
    push_rows.SSH,
    framework_rows.TABLE,
    *binding_rows.TABLES,
    *blinding_rows.TABLES,
)

_HEAD = """\
# What gets past the gates, and what does not

A hook runs on its author's machine, as its author. It stops slips, and an agent that takes the first way that offers
itself; whoever wants past it gets past it. The same gates on a server that the author cannot reach are another matter:
there, nothing below passes.

Every row of these tables is an attempt that the tests make anew on every run, with real repositories, real clients and
real servers, and every cell is compared with what happened (`tests/bypass`). Whatever is stopped or refused is also
tried where no hook of ours is in the way, to see that it works there.

| word | what happened |
| --- | --- |
| stopped | a hook on the client's side forbade it and named the rule; `main` stayed where it was |
| refused | the server's `pre-receive` hook forbade it and named the rule; `main` there stayed where it was |
| passes | nothing in that column was in the way: `main` moved |
| - | there is no such thing in that way |

What follows from them:

- Local hooks are comfort: they tell a careful author early, and prove nothing to anybody else.
- A server behind HTTP or a forced ssh command is a boundary: the client's options, configuration and variables do not
  reach the hook. A required check in [CI](ci.md) is the other one.
- **A repository that is reached by its path, or through a login shell, is no boundary**, whatever hook stands in it.
  `agentops-gate` grants no level 3 there: see [server](server.md).
- A boundary makes sure that the hook runs. Whether the author can write a verdict in the judge's name is another
  question: without signatures, yes. See the levels in [verdicts](verdicts.md#levels).
"""

_TAIL = """\
## Not run here

- isomorphic-git and husky: they need Node packages, which the tests do not install.
- pygit2 over ssh: it speaks ssh by itself, and wants a real sshd.
- aider and jj, which leave out git's hooks by themselves: aider when it commits, unless it is told
  `--git-commit-verify`, jj when it pushes. That is `--no-verify` above.
- An edit on a forge's web page, and pushes through its API. No hook of a client's is there to get past; what decides is
  the required check, and who may bypass it.
"""


def text() -> str:
    """Return the page."""
    return "\n".join((_HEAD, *map(markdown, TABLES), _TAIL))
