"""What a branch may not be called on a server: names by which git, or a file system, would keep another one out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...git.repo import Repo
from ...model.light import TYPE_CHECKING
from ...model.subject import RefUpdate
from ...model.text import printable
from ...policy.paths import matches

if TYPE_CHECKING:
    from ...verdicts.intake import Refusal

_HEADS = "refs/heads/"
# Git takes refs/heads/main for refs/heads/refs/heads/main as well, and then refuses to push to either by that name.
_SHADOWS = tuple(
    f"refs/{kind}{name}/"
    for kind in ("", "heads/", "tags/", "remotes/")
    for name in ("refs", "agentops/log", "agentops/verdicts")
    if kind or name == "refs"
)
_ELSE = "give it another name"


def refused(repo: Repo, updates: Sequence[RefUpdate], protected: Sequence[str], head: str) -> Iterator[Refusal]:
    """Yield the refs among ``updates`` whose names would keep others out.

    ``protected`` are the globs of protected branches, ``head`` is the ref that HEAD names.
    """
    from ...verdicts.intake import Refusal

    globs = (*protected, head.removeprefix(_HEADS))
    for update in (one for one in updates if one.local_oid.strip("0")):
        ref = update.remote_ref
        if f"{ref}/".casefold().startswith(_SHADOWS):
            yield Refusal(f"{printable(ref)} could be taken for another ref, which git then refuses to push to", _ELSE)
        elif ref.startswith(_HEADS) and ref != head:
            words = _branch(repo, ref.removeprefix(_HEADS), globs, new=not update.remote_oid.strip("0"))
            if words:
                yield Refusal(f"{printable(ref)} {words}", _ELSE)


def folders(glob: str) -> Iterator[str]:
    """Yield the folders in which all branches stand that ``glob`` means: a branch of that name would keep them out."""
    *above, _ = glob.removeprefix("/").split("/")
    for place, name in enumerate(above):
        if not name or any(char in name for char in "*?["):
            return
        yield "/".join(above[: place + 1])


def _branch(repo: Repo, name: str, globs: Sequence[str], *, new: bool) -> str:
    """Return why a branch may not have this ``name``, or ""."""
    if matches(name, globs):
        return ""
    if new and _in_the_way(name, globs):
        return "stands where a protected branch, or the folder of one, belongs"
    # Of two names that files do not tell apart, the one without a file of its own (git pack-refs) is the other.
    lower, folded = name.casefold(), [glob.casefold() for glob in globs]
    if not matches(lower, folded) and not (new and _in_the_way(lower, folded)):
        return ""
    if repo.git.text("config", "--type=bool", "--get", "core.ignoreCase", ok=(0, 1)) != "true":
        return ""
    return "differs from a protected branch, or the folder of one, in case only"


def _in_the_way(name: str, globs: Sequence[str]) -> bool:
    parts = name.split("/")
    above = ("/".join(parts[:count]) for count in range(1, len(parts)))
    return any(name in folders(glob) for glob in globs) or any(matches(one, globs) for one in above)
