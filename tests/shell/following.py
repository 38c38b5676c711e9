"""What a command line may run, in few characters, for tables."""

from agentops_gates.shell.command import Doubt
from agentops_gates.shell.machine import State, commands

HARD = "git reset --hard"


def shown(value):
    """A value with ? for each hole."""
    return "".join("?" if piece is None else piece for piece in value.pieces)


def line(command):
    return " ".join(map(shown, command.argv)) + " ..." * command.more


def gits(text, start=None):
    """The commands that are, or may turn out to be, git; doubts as "doubt"."""
    found = []
    for one in commands(text, start or State()):
        if isinstance(one, Doubt):
            found.append("doubt")
        elif one.argv[0].may_be("git") or (one.argv[0].text or "").rsplit("/", 1)[-1] in ("git", "git.exe", "git-push"):
            found.append(line(one))
    return found


def first(text, name="git", start=None):
    """The first command whose program is ``name``."""
    return next(
        one for one in commands(text, start or State()) if not isinstance(one, Doubt) and one.argv[0].text == name
    )
