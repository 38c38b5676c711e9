"""Which hooks really run the gates, in every work tree."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Container, Iterable, Iterator
from typing import NamedTuple

from ...model.errors import UsageError
from ...model.text import printable
from ..githooks import HOOKS
from ..githooks.hookfile import HookFile, look
from ..githooks.install import ADOPTERS, adopted, by_hand
from ..githooks.places import Place
from ..githooks.script import CHAINED, Ours, render
from .problem import Problem, Severity
from .runners import Configured

_CALL = re.compile(rb"^[^#\n]*agentops[-_]gates?\b.*\bhook\b", re.MULTILINE)
_INSTALL = "agentops-gate install"
_NOTHING = "there is no such hook"
_BARE = "no client hook sees what a bare repository receives"
_RUNNERS = ("pre-commit", "prek", "lefthook")


class State(NamedTuple):
    """Whether a hook runs the gates; through what, or why not; and the mend.

    ``partly`` is set where its runner does not show it all of a push.
    """

    runs: bool
    words: str
    fix: str = ""
    partly: bool = False


class Row(NamedTuple):
    """One hook in one work tree. ``pre_commit`` is set where pre-commit's own Python starts in it."""

    place: Place
    hook: str
    state: State
    pre_commit: bool = False


def rows(place: Place, said: Configured, every: Iterable[str] = HOOKS) -> Iterator[Row]:
    """Yield a row for each of our git hooks at ``place``, where the runners' files say ``said``."""
    for hook in every:
        path = os.path.join(place.directory, hook)
        try:
            state = _judge(place, hook, look(path), said)
            pre_commit = "pre-commit" in (look(name).generator for name in (path, path + CHAINED))
        except UsageError as error:
            state, pre_commit = State(False, str(error), error.fix), False
        yield Row(place, hook, state, pre_commit)


def problems(found: Iterable[Row], needed: frozenset[str]) -> Iterator[Problem]:
    """Yield what is wrong with the hooks that are ``needed``, each thing once however many work trees share it."""
    known = tuple(found)
    pushed = {row.place for row in known if row.hook == "pre-push" and row.state.runs}
    groups: dict[tuple[Severity, State], list[Row]] = {}
    for row in known:
        if row.hook in needed and not row.state.runs:
            groups.setdefault((_severity(row, pushed), row.state), []).append(row)
    for (severity, state), members in groups.items():
        hooks = ", ".join(dict.fromkeys(row.hook for row in members))
        yield Problem("hook-missing", severity, f"{hooks} in {_trees(members)}: {state.words}", state.fix)


def _severity(row: Row, pushed: Container[Place]) -> Severity:
    # Two of three are a set-up that people choose: what a merge brings is judged when it is pushed.
    chosen = row.hook == "pre-merge-commit" and row.state.words == _NOTHING and row.place in pushed
    return "warning" if chosen else "error"


def _trees(members: Iterable[Row]) -> str:
    trees = list(dict.fromkeys(row.place.worktree or row.place.directory for row in members))
    first = printable(trees[0])
    return first if len(trees) == 1 else f"{len(trees)} work trees ({first}, ...)"


def _judge(place: Place, hook: str, front: HookFile, said: Configured) -> State:
    if front.ours is not None:
        before = look(front.path + CHAINED)
        state = _ours(front, before)
        again = state.runs and before.runs and hook in _stages(before.generator, said)
        return state._replace(words=f"{state.words}, which runs them a second time") if again else state
    if not front.exists:
        return _absent(place, hook, said)
    if not front.runs:
        return State(False, "a hook that is not executable, or a link to nowhere: git does not run it", _mend(place))
    aside = adopted(front)
    if aside is not None:
        state = _ours(aside, look(front.path + CHAINED))
        return state._replace(words=f"{state.words}, run by the {front.generator} hook in front of it")
    return _of_runner(place, hook, front, said) if front.generator in _RUNNERS else _foreign(place, hook, front)


def _ours(file: HookFile, before: HookFile) -> State:
    assert file.ours is not None
    if file.ours.edited:
        mend = f"{_INSTALL} --force (keeps your copy)"
        return State(False, "our hook, edited since: what it does now is unknown", mend)
    wrong = fault(file, file.ours, before)
    if wrong:
        return State(False, f"our hook, {wrong}", _INSTALL)
    python = file.ours.pins.python
    other = f" ({printable(python)})" if python != sys.executable else ""
    after = f", with {before.generator or 'the earlier hook'}" if before.runs else ""
    return State(True, f"native{other}{after}")


def fault(file: HookFile, ours: Ours, before: HookFile) -> str:
    """Return what keeps an unedited hook of ours from running the gates; installing it again mends each."""
    hook, pins, chained, _ = ours
    # The checksum in the file tells accidents; whoever means it writes a new one.
    if not all(map(os.path.isabs, pins)) or file.content != render(hook, pins, chained):
        return "but not as this version writes it: what it does is unknown"
    if not file.runs:
        return "not executable: git does not run it"
    gone = [path for path in pins if not os.path.isfile(path) or not os.access(path, os.R_OK)]
    if gone:
        return f"which blocks everything: there is no {printable(gone[0])} any more"
    return "which blocks everything: the earlier hook is gone" if chained and not before.exists else ""


def _absent(place: Place, hook: str, said: Configured) -> State:
    if not place.worktree:
        return State(False, _BARE, "agentops-gate check --base REV --head REV, in CI")
    if hook in said.pre_commit and place.kind == "git":
        words = ".pre-commit-config.yaml names gates for it, but it is not installed"
        return State(False, words, _pre_commit_install(said))
    if hook in said.lefthook and place.kind == "git":
        return State(False, "the lefthook file names gates for it, but it is not installed", "lefthook install")
    beside_a_runner = place.kind == "git" and (said.pre_commit or said.lefthook)
    return State(False, _NOTHING, f"{_INSTALL} --hook {hook}" if beside_a_runner else _mend(place))


def _pre_commit_install(said: Configured) -> str:
    # One command for all that is missing: a hook that is there already is written anew, to the same effect.
    wanted = [] if said.pre_commit <= said.plain else [hook for hook in HOOKS if hook in said.pre_commit]
    types = "".join(f" --hook-type {hook}" for hook in wanted)
    return f"pre-commit install{types}" + (", or the same with prek" if types else " (or: prek install)")


def _of_runner(place: Place, hook: str, front: HookFile, said: Configured) -> State:
    if hook in _stages(front.generator, said):
        return State(True, front.generator, partly=hook == "pre-push" and front.generator in ADOPTERS)
    lost = ", and it has put our hook aside" if look(front.path + ".old").ours is not None else ""
    return State(False, f"{front.generator} runs, but its file names no gate for this hook{lost}", _mend(place))


def _stages(runner: str, said: Configured) -> frozenset[str]:
    if runner == "lefthook":
        return said.lefthook
    return said.pre_commit if runner in _RUNNERS else frozenset()


def _foreign(place: Place, hook: str, front: HookFile) -> State:
    written = look(os.path.join(_folder(place), hook))
    if _CALL.search(written.content):
        return State(True, "a hook of yours that mentions agentops-gate")
    who = f"of {front.generator}" if front.generator else "of yours"
    return State(False, f"a hook {who}, which runs no gate", _mend(place))


def _mend(place: Place) -> str:
    if place.kind == "git":
        return _INSTALL
    return by_hand(_folder(place), HOOKS)


def _folder(place: Place) -> str:
    """Return where people write their hooks: husky's own files only call those of the same name one level up."""
    above, name = os.path.split(place.directory)
    return above if name == "_" else place.directory
