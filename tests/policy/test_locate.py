"""The line of a key, in every way TOML lets one write it."""

from __future__ import annotations

import pytest

from agentops_gates.policy.locate import line
from agentops_gates.policy.validate import Key

TEXT = """# level, max: words in a comment are no keys
version = 1
note = "level"
[gates.one]
level = "level"
max_level = 5
"quoted key" = 1
max = 3
exclude = [
  "max",
]
[[gates.one.overrides]]
paths = ["paths"]
max = 3
[[gates.one.overrides]]
paths = ["a"]
max = 4
[gates]
two = { max = 1, deep.er = 2 }
[other]
"esc\\u0061ped" = 1
5 = 1
"""

LINES: list[tuple[Key, int | None]] = [
    (("version",), 2),
    (("note",), 3),
    (("gates", "one", "level"), 5),
    (("gates", "one", "max_level"), 6),
    (("gates", "one", "quoted key"), 7),
    (("gates", "one", "max"), 8),
    (("gates", "one", "exclude"), 9),
    (("gates", "one", "overrides", 0), 12),
    (("gates", "one", "overrides", 0, "paths"), 13),
    (("gates", "one", "overrides", 1), 15),
    (("gates", "one", "overrides", 1, "max"), 17),
    (("gates", "two"), 19),
    (("gates", "two", "max"), 19),
    (("gates", "two", "deep", "er"), 19),
    (("other",), 20),
    (("other", "escaped"), None),
    (("other", "5"), 22),
]


@pytest.mark.parametrize(("path", "expected"), LINES, ids=[".".join(map(str, path)) for path, _ in LINES])
def test_line_of_a_key(path: Key, expected: int | None) -> None:
    assert line(TEXT, path) == expected


def test_a_very_long_text_is_not_searched() -> None:
    assert line("a = 1\n" + "#" * 70_000, ("a",)) is None
