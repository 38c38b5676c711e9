"""Moves and renames over a whole change, on real repositories."""

from __future__ import annotations

import pytest
from complexity.complib import brief, compared
from conftest import Workspace, branchy

BIG, BIGGER = branchy("big", 20), branchy("big", 23)
GETTER = "class A:\n    def get(self):\n        return self.value\n"
FILL = "".join(f"value_{n} = {n}\n" for n in range(60))

TABLE = {
    "a trivial body is no evidence": (
        {"a.py": "def one():\n    return 1\n"},
        {"a.py": "def other():\n    return 1\n"},
        ["a.py::one 1>-", "a.py::other ->1"],
    ),
    "a trivial body under its own name moved": ({"a.py": GETTER}, {"a.py": GETTER.replace("class A", "class B")}, []),
    "stubs are not joined": (
        {"a.py": "def one(): ...\n", "b.py": "\n"},
        {"a.py": "\n", "b.py": "def two(): ...\n"},
        ["a.py::one 1>-", "b.py::two ->1"],
    ),
    "moved": ({"a.py": FILL + BIG, "b.py": "\n"}, {"a.py": FILL, "b.py": BIG}, []),
    "moved, renamed": ({"a.py": FILL + BIG, "b.py": "\n"}, {"a.py": FILL, "b.py": BIG.replace("big", "huge")}, []),
    "moved and worse": (
        {"a.py": FILL + BIG, "b.py": "\n"},
        {"a.py": FILL, "b.py": BIGGER},
        ["b.py::big 21>24 similar a.py::big"],
    ),
    "moved and better": (
        {"a.py": FILL + BIGGER, "b.py": "\n"},
        {"a.py": FILL, "b.py": BIG},
        ["b.py::big 24>21 similar a.py::big"],
    ),
    "moved and below every limit: not worth a search": (
        {"a.py": FILL + branchy("f", 5), "b.py": "\n"},
        {"a.py": FILL, "b.py": branchy("f", 6)},
        ["a.py::f 6>-", "b.py::f ->7"],
    ),
    "too different": (
        {"a.py": FILL + BIG, "b.py": "\n"},
        {"a.py": FILL, "b.py": branchy("big", 45)},
        ["a.py::big 21>-", "b.py::big ->46"],
    ),
    "another function": (
        {"a.py": BIG},
        {"a.py": branchy("other", 20).replace("x == ", "y[1] > ").replace("x += 1", "print(x)")},
        ["a.py::big 21>-", "a.py::other ->21"],
    ),
    "the namesake is the origin": (
        {"a.py": FILL + BIG, "c.py": FILL + BIG.replace("big", "twin"), "b.py": "\n"},
        {"a.py": FILL, "c.py": FILL, "b.py": BIGGER},
        ["b.py::big 21>24 similar a.py::big", "c.py::twin 21>-"],
    ),
    "one origin explains one function": (
        {"a.py": FILL + BIG, "b.py": "\n", "c.py": "\n"},
        {"a.py": FILL, "b.py": BIG, "c.py": BIG},
        ["c.py::big ->21"],
    ),
    "what stays is no origin": ({"a.py": BIG, "b.py": "\n"}, {"b.py": BIG}, ["b.py::big ->21"]),
    "nested functions move along": (
        {"a.py": FILL + "def outer():\n" + branchy("inner", 12, "    "), "b.py": "\n"},
        {"a.py": FILL, "b.py": "def outer():\n" + branchy("inner", 12, "    ")},
        [],
    ),
    "closure becomes a function": (
        {"a.py": "def outer():\n" + branchy("inner", 12, "    ")},
        {"a.py": branchy("inner", 12)},
        ["a.py::outer 1>-"],
    ),
}


@pytest.mark.parametrize(("old", "new", "expected"), TABLE.values(), ids=TABLE)
def test_moves(repo: Workspace, old: dict[str, str], new: dict[str, str], expected: list[str]) -> None:
    base, head = repo.commit("old", old), repo.commit("new", new)
    assert brief(compared(repo.path, base, head)) == expected


def test_moves_do_not_depend_on_the_order_of_paths(repo: Workspace) -> None:
    base = repo.commit("old", {"m.py": FILL + BIG, "n.py": FILL + branchy("other", 21).replace("x", "z")})
    head = repo.commit(
        "new", {"m.py": FILL, "n.py": FILL, "a.py": branchy("other", 22).replace("x", "z"), "z.py": BIGGER}
    )
    assert brief(compared(repo.path, base, head)) == [
        "a.py::other 22>23 similar n.py::other",
        "z.py::big 21>24 similar m.py::big",
    ]
