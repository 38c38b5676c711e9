"""pre-receive's way past Python, for pushes that no gate judges: topic branches, tags and notes, and nothing else.

The judge writes down what it found to be protected, in ``agentops/protected`` in the repository, where no push reaches:
the branch that HEAD names, commits of it whose policy was read, the files in which branches keep a policy that was
read, and patterns that match at least what any of them protects, whatever the case of letters. The script lets a push
pass only if, as git tells now, HEAD names that branch and the branch is at such a commit; every ref is a branch, tag or
note in plain ASCII that matches no pattern, is no symbolic ref, and stands where the push says; and a branch that is
there already has such a policy. Whatever else it sees, it asks the judge.

``_FORMAT`` changes with what "protected" means, so that a script believes no other version. Losing the file loses
nothing; a commit's policy never changes, so there is nothing in it to grow old but the format.
"""

from __future__ import annotations

import os
import string
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from ...git.repo import Repo
from ...git.tree import tree_entry
from ...model.errors import AgentopsError
from ...model.gate import Gate
from ...model.light import NamedTuple
from ...policy.load import load
from ...policy.source import OWN, SHARED
from .names import folders
from .station import FILE as SERVER_FILE

FILE = os.path.join("agentops", "protected")
_FORMAT = "2"
_WORDS = ("head", "tip", "policy", "pattern")
# The script reads byte by byte.
_MOST_POLICIES = 24
_MOST_BYTES = 16_384
_PLAIN = string.ascii_letters + string.digits + "._/@+=,#%-"
_FOLDED = tuple("".join(f"[{char}{char.upper()}]" for char in name) for name in ("refs", "agentops"))

# Lines are taken apart without a process; git is called once, and once more for each branch that is there already.
# A name that holds more than _PLAIN could be the name of something else on a file system that folds letters.
SHELL = rf"""
nl='
'

ask() {{
  unset GIT_CONFIG GIT_CONFIG_COUNT GIT_CONFIG_PARAMETERS GIT_CONFIG_GLOBAL GIT_CONFIG_SYSTEM
  GIT_NO_LAZY_FETCH=1 GIT_ALLOW_PROTOCOL=none LC_ALL=C
  export GIT_NO_LAZY_FETCH GIT_ALLOW_PROTOCOL LC_ALL
  set -- -c core.fsmonitor=false -c core.commitGraph=false "$@"
  exec "$AGENTOPS_GIT" --no-replace-objects --no-optional-locks "$@" 2>/dev/null
}}

known() {{
  format= head= tips= policies=$nl patterns= whole=
  [ -n "$GIT_DIR" ] && [ -z "$GIT_NAMESPACE$GIT_COMMON_DIR" ] && [ ! -e "$GIT_DIR/reftable" ] || return 1
  [ -f "$GIT_DIR/{FILE}" ] && [ -r "$GIT_DIR/{FILE}" ] || return 1
  if [ -e "$GIT_DIR/{SERVER_FILE}" ] || [ -L "$GIT_DIR/{SERVER_FILE}" ]; then
    [ "$GIT_DIR/{FILE}" -nt "$GIT_DIR/{SERVER_FILE}" ] 2>/dev/null || return 1
  fi
  while IFS= read -r line; do
    case $line in
      'format '*) format=${{line#* }} ;;
      'head refs/heads/'?*) head=${{line#* }} ;;
      'tip '?*) tips=$tips${{line#* }}$nl ;;
      'policy '?*) policies=$policies${{line#* }}$nl ;;
      'pattern '?*) patterns=$patterns${{line#* }}$nl ;;
      end) whole=yes ;;
      *) return 1 ;;
    esac
  done <"$GIT_DIR/{FILE}"
  [ "$format $whole" = '{_FORMAT} yes' ] && [ -n "$head" ]
}}

named() {{
  old=${{line%% *}} ref=${{line##* }}
  new=${{line#* }} new=${{new%% *}}
  [ "$line" = "$old $new $ref" ] || return 1
  case $old in '' | *[!0-9a-f]*) return 1 ;; esac
  case $ref in *[!{_PLAIN}]*) return 1 ;; esac
}}

unguarded() {{
  case $ref in
    refs/*/{_FOLDED[0]} | refs/*/{_FOLDED[0]}/* | refs/*/{_FOLDED[1]}/*) return 1 ;;
    refs/tags/?* | refs/notes/?*) return 0 ;;
    refs/heads/?*) ;;
    *) return 1 ;;
  esac
  for pattern in $patterns; do
    case ${{ref#refs/heads/}} in $pattern) return 1 ;; esac
  done
}}

standing() {{
  case $listing in
    *"$nl  $old $ref $nl"*) ;;
    *" $ref "*) return 1 ;;
    *)
      case $old in *[!0]*) return 1 ;; esac
      [ ! -e "$GIT_DIR/$ref" ] && [ ! -L "$GIT_DIR/$ref" ]
      return ;;
  esac
  case $ref in refs/tags/* | refs/notes/*) return 0 ;; esac
  own=$(ask ls-tree "$old" {OWN} {SHARED}) || return 1
  case $own in *"$nl"*{OWN}*) return 1 ;; esac
  own=${{own%%"$nl"*}}
  case $policies in *"$nl${{own:-none}}$nl"*) ;; *) return 1 ;; esac
}}

plain() {{
  known || return 1
  IFS=$nl
  set -- "$head"
  for line in $refs; do
    named && unguarded || return 1
    set -- "$@" "$ref"
  done
  [ "$#" -gt 1 ] || return 1
  listing=$nl$(ask for-each-ref '--format=%(HEAD) %(objectname) %(refname) %(symref)' "$@")$nl || return 1
  tip=
  for tip in $tips; do
    case $listing in *"$nl* $tip $head $nl"*) tip=here && break ;; esac
  done
  [ "$tip" = here ] || return 1
  for line in $refs; do
    named && standing || return 1
  done
}}

free() {{
  case $count in '' | {"x" * 8}*) return 1 ;; esac
  set -f
  plain && passes=yes || passes=
  set +f
  unset IFS
  [ -n "$passes" ]
}}

rest() {{
  while IFS= read -r line || [ -n "$line" ]; do printf '%s\n' "$line"; done
}}

main() {{
  able
  refs= count=
  while IFS= read -r line || [ -n "$line" ]; do
    refs=$refs$line$nl count=x$count
    # A push of very many refs is not read twice.
    [ -x "$before" ] || [ "$count" != {"x" * 8} ] || break
  done
  free || {{ printf '%s' "$refs"; rest; }} 2>/dev/null | gates "$@" || exit
  if [ -x "$before" ]; then
    printf '%s' "$refs" 2>/dev/null | earlier "$@" || exit
    in_place
  else
    earlier "$@"
  fi
}}
"""


class _Facts(NamedTuple):
    """What the file says: the ref that HEAD names, commits of it, lines of ``git ls-tree``, patterns for the shell."""

    head: str
    tips: tuple[str, ...]
    policies: tuple[str, ...]
    patterns: tuple[str, ...]


def remember(repo: Repo, head: str, tips: Iterable[str], others: Iterable[str], gates: Sequence[Gate]) -> None:
    """Write down what the policies of these commits protect, so that the script need not ask again.

    ``head`` is the branch that HEAD names, ``tips`` are commits that it is at or may be at next, ``others`` those that
    further branches are at. What cannot be read is left out, and so is the file where it cannot be written.
    """
    path = os.path.join(repo.common_dir, FILE)
    kept = _kept(path)
    if kept.head != head or len(kept.policies) > _MOST_POLICIES:
        kept = _Facts(head, (), (), tuple(patterns(head.removeprefix("refs/heads/"))))
    facts = kept._replace(tips=())
    for tip in tips:
        facts = _with(repo, facts, tip, gates, tip=True)
    for commit in others:
        facts = _with(repo, facts, commit, gates, tip=False)
    _write(path, facts)


def patterns(glob: str) -> Iterator[str]:
    """Yield patterns of the shell's that match every ASCII name that ``glob`` matches, in either case, and more.

    The shell's asterisk passes slashes, so it stands for ``**`` as well; a glob may also mean all that is below.
    """
    plain, bracket, _ = glob.removeprefix("/").rstrip("/").partition("[")
    wide = plain.replace("**/", "*").replace("**", "*") + ("*" if bracket else "")
    pattern = _wide(wide)
    yield from (pattern, f"{pattern}/*")


def _wide(text: str) -> str:
    return "".join(map(_wider, text))


def _wider(char: str) -> str:
    if char in string.ascii_letters:
        return f"[{char.lower()}{char.upper()}]"
    return char if char in f"*{_PLAIN}" else "?" if char.isascii() else "*"


def _with(repo: Repo, facts: _Facts, commit: str, gates: Sequence[Gate], *, tip: bool) -> _Facts:
    """Return ``facts`` and those of a commit, if its policy can be read."""
    try:
        policy = _policy(repo, commit)
        if policy in facts.policies and not tip:
            return facts
        globs = load(repo, commit, gates, trust_cache=False).protected
    except AgentopsError:
        return facts
    guarded = (name for glob in globs for name in (*patterns(glob), *(_wide(one) for one in folders(glob))))
    return facts._replace(
        tips=(*facts.tips, commit) if tip else facts.tips,
        policies=tuple(dict.fromkeys((*facts.policies, policy))),
        patterns=tuple(dict.fromkeys((*facts.patterns, *guarded))),
    )


def _policy(repo: Repo, commit: str) -> str:
    """Return what ``git ls-tree`` says of the file that alone decides what a commit protects, or "none"."""
    for name in (OWN, SHARED):
        entry = tree_entry(repo.objects, f"{commit}^{{tree}}", name)
        if entry:
            return f"{entry[0]:06o} blob {entry[1]}\t{name}"
    return "none"


def _kept(path: str) -> _Facts:
    try:
        with open(path, encoding="ascii") as file:
            lines = file.read(_MOST_BYTES).split("\n")
    except (OSError, ValueError):
        lines = []
    if lines[:1] != [f"format {_FORMAT}"] or lines[-2:] != ["end", ""]:
        return _Facts("", (), (), ())
    rows = [line.partition(" ") for line in lines[1:-2]]
    heads, *others = (tuple(rest for key, _, rest in rows if key == word) for word in _WORDS)
    return _Facts("".join(heads), *others)


def _write(path: str, facts: _Facts) -> None:
    told = zip(_WORDS, ((facts.head,), *facts[1:]), strict=True)
    rows = (f"{word} {value}" for word, values in told for value in values)
    text = "\n".join((f"format {_FORMAT}", *rows, "end", ""))
    if len(text) > _MOST_BYTES or not text.isascii():
        return
    temporary = f"{path}.{os.getpid()}.tmp"
    with suppress(OSError):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        with open(descriptor, "w", encoding="ascii") as file:
            file.write(text)
        os.replace(temporary, path)
