"""Loss of what was not committed: reset, checkout, switch, restore, clean, rm, and what does the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..invocation import Invocation
from ..value import Value
from ..words import names
from .context import Context
from .hazard import Found, Hazard, hazard
from .look import last, many, place, sure, unseen

_RESET = names("mixed soft hard merge keep")
_NEW_BRANCH = ("b", "B", "orphan", "detach", "track", "t")
_CARRIERS = names("xargs parallel find fd fdfind")
_UNDER_WAY = names("merge rebase cherry-pick revert am")


def reset(call: Invocation, _context: Context) -> Iterator[Found]:
    """``--hard`` and ``--merge`` overwrite; soft, mixed and keep lose nothing."""
    mode = last(call, _RESET)
    if mode in ("hard", "merge"):
        yield hazard("AG401", place(call, mode), f"git reset --{mode} overwrites the work tree")
    elif unseen(call):
        yield hazard(
            "AG401", call.command, "git reset with options that come from elsewhere can overwrite the work tree"
        )


def checkout(call: Invocation, context: Context) -> Iterator[Found]:
    """Judge what overwrites files, or makes a branch anew over an old one; a plain change of branch loses nothing."""
    if call.has("force"):
        yield hazard("AG401", place(call, "force"), "git checkout --force throws away local changes")
    if call.has("B"):
        yield hazard("AG407", place(call, "B"), "git checkout -B moves a branch that exists")
    if call.has("pathspec-from-file"):
        yield hazard("AG401", place(call, "pathspec-from-file"), "git checkout overwrites the files listed")
    if call.has("patch"):
        yield hazard("AG402", place(call, "patch"), "git checkout --patch throws away changes")
    elif unseen(call):
        yield hazard("AG401", call.command, "git checkout with words that come from elsewhere can overwrite files")
    yield from _overwritten(call, _checked_out(call, context), context)


def _checked_out(call: Invocation, context: Context) -> Sequence[Value]:
    if call.paths is not None:
        return call.paths
    if sure(call, *_NEW_BRANCH):
        return ()
    if len(call.operands) != 1:
        return call.operands[1:]
    word = call.operands[0]
    if call.has("ours", "theirs"):
        return call.operands
    text = word.text
    if text is None or text in ("-", "@", "HEAD"):
        return ()
    return call.operands if _is_file(text, context) else ()


def _is_file(text: str, context: Context) -> bool:
    if text.startswith(":") or text in (".", "..") or any(sign in text for sign in "*?["):
        return True
    return context.exists(text) and not context.revision(text)


def _overwritten(call: Invocation, paths: Sequence[Value], context: Context) -> Iterator[Hazard]:
    verb = call.verb[0]
    # What hands on one file at a time hands on all of them in the end.
    carried = not _CARRIERS.isdisjoint(call.command.via) and any(not path.known for path in paths)
    more = call.command.more and call.paths is not None
    if more or carried or any(many(path, context) for path in paths):
        where = paths[0] if paths else call.command
        yield hazard("AG401", where, f"git {verb} overwrites files with an older version", "worktree", "index")
    elif paths:
        yield hazard("AG402", paths[0], f"git {verb} overwrites a file with an older version")


def printed(call: Invocation, _context: Context) -> Iterator[Found]:
    """``git show HEAD:x > x`` overwrites the file with an older version."""
    for sign, word in call.command.writes:
        path = (word.text or "\0").removeprefix("./")
        if sign != ">>" and any((shown.text or "").endswith((f":{path}", f":./{path}")) for shown in call.operands):
            yield hazard("AG402", word, f"git {call.verb[0]} overwrites a file with an older version")


def switch(call: Invocation, _context: Context) -> Iterator[Found]:
    """Judge a forced switch, and one to a branch that is made anew over an old one."""
    if call.has("discard-changes", "force"):
        where = place(call, "discard-changes", "force")
        yield hazard("AG401", where, "git switch --discard-changes throws away local changes")
    elif unseen(call):
        yield hazard("AG401", call.command, "git switch with options that come from elsewhere can throw away changes")
    if call.has("force-create"):
        yield hazard("AG407", place(call, "force-create"), "git switch -C moves a branch that exists")


def restore(call: Invocation, context: Context) -> Iterator[Found]:
    """Of the work tree; ``--staged`` alone only takes changes out of the index."""
    if sure(call, "staged") and not call.has("worktree"):
        return
    if call.has("pathspec-from-file"):
        yield hazard("AG401", place(call, "pathspec-from-file"), "git restore overwrites the files listed")
    paths = (*call.operands, *(call.paths or ()))
    if call.has("patch") and not paths:
        yield hazard("AG402", place(call, "patch"), "git restore --patch throws away changes")
    if call.command.more:
        yield hazard("AG401", call.command, "git restore overwrites every file that it is given")
    yield from _overwritten(call, paths, context)


def clean(call: Invocation, context: Context) -> Iterator[Found]:
    """Judge what deletes, by option or by configuration, or asks what to delete; not ``--dry-run``."""
    if sure(call, "dry-run") and not unseen(call):
        return
    if call.has("force", "interactive"):
        yield hazard("AG403", place(call, "force", "interactive"), "git clean deletes files that git does not have")
    elif unseen(call):
        yield hazard("AG403", call.command, "git clean with options that come from elsewhere can delete files")
    elif _unforced(call, context):
        yield hazard("AG403", call.command, "git clean deletes files: clean.requireForce is off")


def _unforced(call: Invocation, context: Context) -> bool:
    given = [value for key, value in call.config if key in ("clean.requireforce", "*")]
    if given:
        return given[-1].text is None or given[-1].text.lower() in ("false", "no", "off", "0", "")
    stored = context.config("clean.requireforce")
    return bool(stored) and stored[-1].lower() in ("false", "no", "off", "0")


def remove(call: Invocation, _context: Context) -> Iterator[Found]:
    """``git rm -f`` of files in the work tree."""
    if call.has("force") and not sure(call, "cached", "dry-run"):
        yield hazard("AG404", place(call, "force"), "git rm -f deletes files with their uncommitted changes")


def move(call: Invocation, _context: Context) -> Iterator[Found]:
    """``git mv -f`` over a file that exists."""
    if call.has("force") and not sure(call, "dry-run"):
        yield hazard("AG402", place(call, "force"), "git mv -f overwrites the file at the new name")


def checkout_index(call: Invocation, _context: Context) -> Iterator[Found]:
    """Judge what ``checkout -- .`` does, by another name."""
    if call.has("force") and not sure(call, "temp") and not _elsewhere(call):
        yield hazard("AG401", place(call, "force"), "git checkout-index -f overwrites files", "worktree")


def _elsewhere(call: Invocation) -> bool:
    given = call.values("prefix")
    return bool(given) and given[-1].text not in ("", ".", "./")


def read_tree(call: Invocation, _context: Context) -> Iterator[Found]:
    """Judge what ``reset --hard`` does, by another name."""
    if call.has("reset") and call.has("u") and not sure(call, "dry-run"):
        yield hazard("AG401", place(call, "reset"), "git read-tree --reset -u overwrites the work tree")


def apply(call: Invocation, _context: Context) -> Iterator[Found]:
    """Judge a patch taken back: ``git diff | git apply -R`` undoes what was not committed."""
    tells = sure(call, "check", "stat", "numstat", "summary") and not call.has("apply")
    if call.has("reverse") and not tells and not sure(call, "cached"):
        yield hazard("AG402", place(call, "reverse"), "git apply -R takes changes back")


def abort(call: Invocation, _context: Context) -> Iterator[Found]:
    """Judge giving up what is under way: conflicts that were solved are lost."""
    if call.verb[0] in _UNDER_WAY and call.has("abort"):
        yield hazard("AG402", place(call, "abort"), f"git {call.verb[0]} --abort throws away what was resolved")


def worktree(call: Invocation, _context: Context) -> Iterator[Found]:
    """Judge forced removal of a linked work tree; a branch made over an old one."""
    if call.verb[1] == "remove" and (call.has("force") or unseen(call)):
        yield hazard("AG419", place(call, "force"), "git worktree remove --force deletes a work tree that may be dirty")
    if call.verb[1] == "add" and call.has("B"):
        yield hazard("AG407", place(call, "B"), "git worktree add -B moves a branch that exists", "refs")


def submodule(call: Invocation, _context: Context) -> Iterator[Found]:
    """Judge forced removal or update of submodules."""
    if call.verb[1] in ("deinit", "update") and call.has("force"):
        what = f"git submodule {call.verb[1]} --force throws away changes in submodules"
        yield hazard("AG421", place(call, "force"), what)


def sparse(call: Invocation, _context: Context) -> Iterator[Found]:
    """``sparse-checkout clean`` of newer gits."""
    if call.verb[1] == "clean" and call.has("force") and not sure(call, "dry-run"):
        yield hazard("AG403", place(call, "force"), "git sparse-checkout clean deletes files")
