"""Doors around the hooks that stand in the call itself: options, configuration for one call, variables."""

from __future__ import annotations

from collections.abc import Iterator

from ..invocation import Invocation
from ..value import Value
from ..words import names
from .context import Context
from .hazard import Found, hazard
from .look import place, sure, unseen
from .settings import setting

#: Calls in which no hook of ours, and none that checks, is asked: a door that is open there lets nothing through.
_QUIET = names(
    "log show diff status blame annotate grep shortlog describe rev-parse rev-list ls-files ls-tree ls-remote "
    "cat-file show-ref for-each-ref name-rev merge-base diff-tree diff-index diff-files count-objects fsck help "
    "version config init clone var check-ignore check-attr whatchanged range-diff format-patch archive bundle "
    "cherry verify-commit verify-tag verify-pack show-branch hash-object mktree write-tree commit-tree stripspace "
    "patch-id init-db bugreport diagnose check-ref-format check-mailmap column get-tar-commit-id mailinfo "
    "mailsplit difftool request-pull remote"
)
_NO_VERIFY = names("commit merge push rebase am cherry-pick revert pull citool gui")
#: Variables that put other configuration, or another git, in the place of the user's.
_ELSEWHERE = names("GIT_CONFIG_GLOBAL GIT_CONFIG_SYSTEM HOME XDG_CONFIG_HOME USERPROFILE")
_PROGRAMS = names("GIT_EXEC_PATH GIT_TEMPLATE_DIR")
#: What switches a hook manager off, and the value that leaves it on.
_SWITCHES = {
    "HUSKY": ("1", "2"),
    "HUSKY_SKIP_HOOKS": ("0", "false", ""),
    "SKIP": ("",),
    "LEFTHOOK": ("1", "true", ""),
    "LEFTHOOK_EXCLUDE": ("",),
    "LEFTHOOK_SKIP": ("",),
    "PRE_COMMIT_ALLOW_NO_CONFIG": ("",),
    "OVERCOMMIT_DISABLE": ("0", ""),
    "SKIP_SIMPLE_GIT_HOOKS": ("0", ""),
    "GIT_ALLOW_NO_VERIFY": ("0", ""),
    "NO_VERIFY": ("0", ""),
}
_OURS = ("AGENTOPS_HOOKS_DISABLED", "AGENTOPS_SKIP_", "AGENTOPS_ROLE", "AGENTOPS_GIT", "AGENTOPS_HOOK")


def options(call: Invocation, _context: Context) -> Iterator[Found]:
    """``--no-verify`` in every spelling; ``-n`` where it means that."""
    verb = call.verb[0]
    if verb not in _NO_VERIFY or (sure(call, "dry-run") and not unseen(call)):
        return
    if call.has("no-verify") or (verb == "pull" and _denied(call)):
        yield hazard("AG431", place(call, "no-verify"), f"git {verb} --no-verify switches hooks off")
    elif verb == "commit" and unseen(call):
        yield hazard("AG431", call.command, "git commit with options that come from elsewhere can switch hooks off")


def _denied(call: Invocation) -> bool:
    state = [option.on for option in call.options if option.name == "verify"]
    return bool(state) and not state[-1]


def programs(call: Invocation, _context: Context) -> Iterator[Found]:
    """``--receive-pack`` and its like, and ``--exec-path``: another program in the place of git's own."""
    for option in call.globals:
        if option.name == "exec-path" and option.value is not None:
            yield hazard("AG433", option, "--exec-path puts other programs in the place of git's own")
    if call.verb[0] not in ("push", "send-pack"):
        return
    for option in call.options:
        if option.name in ("receive-pack", "exec") and option.on and _replaces(option.value):
            yield hazard("AG433", option, f"--{option.name} runs the other side with settings of its own")


def _replaces(program: Value | None) -> bool:
    """Tell whether the other side would run anything but git's own program."""
    return program is not None and (program.text is None or program.text.rpartition("/")[2] != "git-receive-pack")


def configuration(call: Invocation, _context: Context) -> Iterator[Found]:
    """Judge what ``-c`` and its twins set for this call."""
    quiet = is_quiet(call)
    for key, value in call.config:
        found = setting(key, value)
        if key == "*" and not quiet:
            yield hazard("AG433", value, "a setting that nobody can see here may switch hooks off")
        elif found is not None and found[0] in ("AG432", "AG433") and not quiet:
            yield hazard(found[0], value if value.end else call.command, found[1])


def variables(call: Invocation, _context: Context) -> Iterator[Found]:
    """Variables that the command line sets for this call, by whatever means."""
    if is_quiet(call):
        return
    for name, value in call.command.env:
        where = value if value.end else call.command
        if name in _ELSEWHERE:
            yield hazard("AG433", where, f"{name} puts other configuration in the place of the user's")
        elif name in _PROGRAMS:
            yield hazard("AG433", where, f"{name} puts other programs in the place of git's own")


def is_quiet(call: Invocation) -> bool:
    """Tell whether no hook is asked in this call."""
    if not call.verb:
        return False
    if call.verb[0] in ("stash", "worktree", "notes", "reflog", "branch", "tag"):
        return call.verb[-1] in ("list", "show") or (call.verb in (("branch",), ("tag",)) and sure(call, "list"))
    return call.verb[0] in _QUIET


def switches(env: tuple[tuple[str, Value], ...], *, git: bool, exports: bool) -> Iterator[Found]:
    """Yield what variables switch off, for a call of ``git``, for what is run later, or for any other command.

    The other command may call git, or may be what installs hooks; names that mean other things too are left to git.
    """
    for name, value in env:
        if value.text in _harmless(name):
            continue
        if name.startswith(_OURS):
            yield hazard("AG435", value, f"{name} switches checks off")
        elif name in _SWITCHES and (git or name not in ("SKIP", "NO_VERIFY")):
            found = hazard("AG434", value, f"{name} switches hooks off")
            yield found if git or exports else found._replace(level="ask")


def _harmless(name: str) -> tuple[str, ...]:
    """Return the values of a variable that switch nothing off."""
    if name == "AGENTOPS_ROLE":
        return ("worker",)
    return ("", "0", "false") if name.startswith(_OURS) else _SWITCHES.get(name, ())
