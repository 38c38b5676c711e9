"""Which files are git's own, or the guard's: what is lost when a command writes, moves or removes them."""

from __future__ import annotations

from itertools import pairwise

from ..command import Command
from ..value import Value
from ..words import names
from .context import Context

#: What a hole looks like in a path.
HOLE = "\0"
_KEPT = names(
    "config config.worktree refs packed-refs HEAD objects index logs agentops shallow commondir gitdir reftable common"
)
_STATE = names(
    "rebase-merge rebase-apply sequencer MERGE_HEAD CHERRY_PICK_HEAD REVERT_HEAD BISECT_LOG BISECT_START AUTO_MERGE "
    "MERGE_AUTOSTASH"
)
_MANAGERS = names(".husky .githooks .git-hooks .hooks githooks git-hooks")
#: Removing these switches hooks off; a change to what they say is seen by the gates.
_MANAGED = names(
    ".pre-commit-config.yaml .pre-commit-config.yml lefthook.yml lefthook.yaml lefthook-local.yml .lefthook.yml "
    ".lefthook.yaml lefthook.toml .overcommit.yml prek.toml .huskyrc .huskyrc.json"
)
#: Files and folders that say which hooks an agent's runtime calls: this guard is one of them.
_WIRES = names(
    ".claude/settings.json .claude/settings.local.json .codex/hooks.json .codex/config.toml .cursor/hooks.json "
    ".gemini/settings.json .copilot/config.json"
)
_WIRE_FOLDERS = names(".github/hooks .copilot/hooks .opencode/plugins opencode/plugins")
_POLICY = names("agentops-gates.toml allowed_signers revoked_keys")
_HOOKS = names(
    "applypatch-msg pre-applypatch post-applypatch pre-commit pre-merge-commit prepare-commit-msg commit-msg "
    "post-commit pre-rebase post-checkout post-merge pre-push pre-receive update proc-receive post-receive post-update "
    "reference-transaction push-to-checkout pre-auto-gc post-rewrite sendemail-validate fsmonitor-watchman "
    "p4-changelist p4-prepare-changelist p4-post-changelist p4-pre-submit post-index-change"
)

_RULES = {
    **dict.fromkeys([*_KEPT, "grafts"], "AG441"),
    **dict.fromkeys(_STATE, "AG446"),
    "hooks": "AG442",
    "agentops": "AG445",
}

Danger = tuple[str, str]


def danger(command: Command, word: Value, context: Context, *, removes: bool = False) -> Danger | None:
    """Return the rule and what is wrong with writing, moving or (``removes``) removing a file; None if nothing is."""
    if not any(word.pieces) and command.cwd is None:
        return None
    parts = _parts(command, word, context)
    return (
        _inside(parts, removes=removes)
        or _ours(parts)
        or _users(parts)
        or _managed(parts, removes=removes)
        or _wired(parts)
        or _guessed(parts)
    )


def _written(word: Value) -> str:
    return "".join(HOLE if piece is None else piece for piece in word.pieces)


def _parts(command: Command, word: Value, context: Context) -> list[str]:
    text = _written(word)
    if word.known:
        text = context.path(command, text)
    elif command.cwd is not None and (not any(word.pieces) or not text.startswith(("/", HOLE, "~"))):
        text = f"{_written(command.cwd)}/{text}"
    return [part for part in text.split("/") if part not in ("", ".")]


def _inside(parts: list[str], *, removes: bool) -> Danger | None:
    """Look for a path below a git directory, or that is one."""
    for index, part in enumerate(parts):
        rest = parts[index + 1 :]
        if _is_git(part):
            return _kept(rest, removes=removes)
        if part.endswith(".git") and rest and (rest[0] == "hooks" or rest[0] in _KEPT):
            return _kept(rest, removes=removes)
    return None


def _is_git(part: str) -> bool:
    if HOLE not in part:
        return part.lower() == ".git"
    # A pattern or a hole that can become the name; one that is a hole alone can become anything, and says nothing.
    head, tail = part.split(HOLE, 1)[0], part.rsplit(HOLE, 1)[1]
    return head.startswith(".") and ".git".startswith(head) and ".git".endswith(tail)


def _kept(rest: list[str], *, removes: bool) -> Danger | None:
    """Judge a path below a git directory; locks are what a git that was killed leaves behind."""
    if not rest or rest == [HOLE]:
        return "AG441", "the git directory itself is changed by hand"
    name = rest[0]
    if rest[-1].endswith((".lock", ".sample")):
        return None
    if name in ("modules", "worktrees"):
        return _kept(rest[2:], removes=removes)
    if name == "info":
        name = rest[1] if len(rest) > 1 else ""
    elif name in _STATE and not removes:
        return None
    rule = _RULES.get(name)
    return (rule, f"{name} of the git directory is changed by hand") if rule else None


def _ours(parts: list[str]) -> Danger | None:
    if parts and parts[-1] in _POLICY:
        return "AG444", f"{parts[-1]} says what is allowed"
    if "/.config/agentops-gates/" in f"/{'/'.join(parts)}/" or parts[:2] == [HOLE, "agentops-gates"]:
        return "AG444", "the user's policy says what is allowed"
    return None


def _users(parts: list[str]) -> Danger | None:
    if parts and (parts[-1] in (".gitconfig", "gitconfig") or parts[-3:] == [".config", "git", "config"]):
        return "AG447", "git's configuration is changed by hand"
    return None


def _managed(parts: list[str], *, removes: bool) -> Danger | None:
    if parts and removes and parts[-1] in _MANAGED:
        return "AG443", f"{parts[-1]} says which hooks run"
    for index, part in enumerate(parts):
        below = parts[index + 1 :]
        if part in _MANAGERS and (removes or (below and (below[-1] in _HOOKS or below == [HOLE]))):
            return "AG443", f"hooks in {part} are changed"
    return None


def _wired(parts: list[str]) -> Danger | None:
    pairs = [f"{one}/{two}" for one, two in pairwise(parts)]
    if pairs and (pairs[-1] in _WIRES or not _WIRE_FOLDERS.isdisjoint(pairs[:-1])):
        return "AG443", f"{parts[-1]} says which hooks an agent's runtime calls"
    return None


def _guessed(parts: list[str]) -> Danger | None:
    """Where the git directory is a hole (``$GIT_DIR``, ``$(git rev-parse --git-dir)``), its files tell."""
    if not parts or parts[0] != HOLE or len(parts) < 2:
        return None
    name, last = parts[1], parts[-1]
    if name == "hooks" and (last in _HOOKS or last in ("hooks", HOLE)):
        return "AG442", "hooks are changed by hand"
    if name in ("refs", "packed-refs", "agentops") and (name != "refs" or len(parts) > 2):
        return "AG441", f"{name} of a git directory is changed by hand"
    return None
