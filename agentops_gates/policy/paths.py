"""Globs over paths of the repository (and over branch names), without regular expressions of the user's making."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from ..model.light import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import re

    Segment = str | re.Pattern[str] | None

# A whole bracket expression: at least one character between the brackets, and all within one segment.
_BRACKETS = r"\[(?:![^/][^\]/]*|[^/!][^\]/]*)\]"
# Other matchers read these as more than their characters; fnmatch does not.
_NEGATION = r"\[\^"
_CLASS = r"\[[:.=][^\]/]*[:.=]\]"
#: What makes a pattern unusable, as regular expressions that Python and ECMAScript read alike, with the reason.
FAULTS = (
    (r"^!", "a pattern cannot be negated"),
    (r"[\u0000-\u001f\u007f]", "it holds a control character"),
    (r"\\", "a backslash means nothing here; write [*] for a plain asterisk"),
    (r"^/?$", "it names nothing"),
    (r"//|(^|/)\.\.?(/|$)", "no path in git has an empty segment, `.` or `..`"),
    (_NEGATION, "what a character must not be is written [!abc]"),
    (_CLASS, "classes like [:alpha:] are not known; write [a-z]"),
    (rf"^(?!(?:[^\[]|{_BRACKETS})*$)", "a bracket is not closed before the next /; write [[] for a plain one"),
    (r"\{[^{}/]*,[^{}/]*\}", "braces are not expanded; write one pattern for each"),
)
#: All of them in one.
UNUSABLE = "|".join(pattern for pattern, _ in FAULTS)


class _Glob(NamedTuple):
    # A segment is a name, a compiled glob, or None for `**`; `below` also matches whatever lies deeper.
    segments: tuple[Segment, ...]
    below: bool


def fault(pattern: str) -> str:
    """Return why ``pattern`` can match nothing, or not what it seems to; empty if it is a good one."""
    import re

    for unusable, reason in FAULTS:
        if re.search(unusable, pattern):
            return reason
    for first, last in re.findall(r"([^\[!])-([^\]])", " ".join(re.findall(_BRACKETS, pattern))):
        if first > last:
            return f"the range {first}-{last} is empty"
    return ""


def matches(path: str, patterns: Sequence[str]) -> bool:
    """Return whether ``path`` (separated by ``/``) matches any of ``patterns``.

    Patterns start at the root. ``*``, ``?`` and ``[...]`` stay within a segment, ``**`` spans any number of
    segments, at the end at least one. A pattern whose last segment is a plain name, or that ends in ``/``, also
    matches everything below it (``tests`` and ``tests/`` both cover ``tests/a/b.py``, only the first one a file named
    ``tests``).
    """
    names = path.split("/")
    return any(_match(names, _compiled(pattern)) for pattern in patterns)


def settings_for(settings: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    """Return a gate's ``settings`` as they hold for ``path``: later matching overrides win, key by key."""
    found = settings
    for override in settings.get("overrides", ()):
        if matches(path, override["paths"]):
            found = {**found, **{key: value for key, value in override.items() if key != "paths"}}
    return found


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> _Glob:
    names = pattern.removeprefix("/").split("/")
    if not names[-1]:
        names[-1] = "**"
    segments = tuple(_segment(name) for name in names)
    return _Glob(segments, isinstance(segments[-1], str))


def _segment(name: str) -> Segment:
    if name == "**":
        return None
    if not any(char in name for char in "*?["):
        return name
    import re
    from fnmatch import translate

    # The standard library's translation uses atomic groups: one pass, whatever the pattern.
    return re.compile(translate(name))


def _match(names: list[str], glob: _Glob) -> bool:
    """Match segment by segment; after a mismatch only the latest ``**`` takes one name more, never an earlier one."""
    segments, name, segment = glob.segments, 0, 0
    retry: tuple[int, int] | None = None
    while name < len(names):
        if segment < len(segments) and segments[segment] is None:
            segment += 1
            if segment == len(segments):
                return True
            retry = (name, segment)
        elif segment < len(segments) and _same(names[name], segments[segment]):
            name, segment = name + 1, segment + 1
            if glob.below and segment == len(segments):
                return True
        elif retry:
            retry = (retry[0] + 1, retry[1])
            name, segment = retry
        else:
            return False
    return segment == len(segments)


def _same(name: str, segment: Segment) -> bool:
    if segment is None or isinstance(segment, str):
        return name == segment
    return segment.match(name) is not None
