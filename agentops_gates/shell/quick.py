"""The cheapest path: text that cannot become a call of git, nor touch what the guard guards, is not even parsed."""

from __future__ import annotations

#: What git, its folder, the hooks and our own switches are spelled with. "gi" and "it" are what is left of ".git" and
#: "git" when a pattern stands for the rest.
_MARKS = (
    "git",
    "hub",
    "agentops",
    "husky",
    "lefthook",
    "pre-commit",
    "pre_commit",
    "prek",
    "overcommit",
    "bfg",
    "gh ",
    "hooks",
    "allowed_signers",
    "revoked_keys",
    ".claude",
    ".codex",
    ".gemini",
    ".copilot",
    "opencode",
)
#: Characters out of which the shell makes other words: quotes are looked through, all of these are not.
_MAKERS = frozenset("$`\\{}[?*~\r\0")
#: Programs that run what they read or what they find: what that is stands elsewhere.
_READERS = frozenset(
    (
        *("sh", "bash", "zsh", "dash", "ksh", "mksh", "ash", "fish", "csh", "tcsh", "busybox", "eval", "source", "."),
        *("xargs", "parallel", "ssh", "su", "sudo", "env", "exec", "trap", "alias", "function"),
    )
)
_REMOVERS = frozenset(("rm", "mv", "rmdir", "trash", "find", "rimraf"))
_SPLIT = str.maketrans(dict.fromkeys(";&|()<>\n\t", " "))


def harmless(text: str, cwd: str = "") -> bool:
    """Tell whether ``text`` cannot become a call of git, or a change to its files, by any decoding.

    ``cwd`` is where it would run: below a git directory every file name counts. False says nothing: the text has to be
    read then.
    """
    if not _MAKERS.isdisjoint(text) or "/.git/" in f"{cwd}/":
        return False
    # Most of the time there is nothing to take out.
    plain = (text.replace('"', "").replace("'", "") if '"' in text or "'" in text else text).lower()
    return not any(mark in plain for mark in _MARKS) and _runs_only_itself(plain)


def _runs_only_itself(plain: str) -> bool:
    words = plain.translate(_SPLIT).split()
    if ".." in plain and not _REMOVERS.isdisjoint(words):
        # A folder above, or beside it, can be the repository itself.
        return False
    return not any(map(_runs_more, words))


def _runs_more(word: str) -> bool:
    # A program with a path can be anything, and so can a script: what it says is looked at.
    return word in _READERS or word.endswith(".sh") or word.startswith(("./", "../", "/"))
