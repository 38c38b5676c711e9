"""The light NamedTuple is typing's, feature by feature."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any
from typing import NamedTuple as Heavy

import pytest

from agentops_gates.model.light import NamedTuple as Light


class HeavyPoint(Heavy):
    """A point."""

    x: int
    y: int = 2
    name: str = "p"

    @property
    def sum(self) -> int:
        return self.x + self.y


class LightPoint(Light):
    """A point."""

    x: int
    y: int = 2
    name: str = "p"

    @property
    def sum(self) -> int:
        return self.x + self.y


SAME: dict[str, Callable[[Any], object]] = {
    "positional": lambda point: tuple(point(1, 3, "q")),
    "defaults": lambda point: tuple(point(1)),
    "keywords": lambda point: tuple(point(name="n", x=4)),
    "fields": lambda point: (point._fields, point._field_defaults, point.__match_args__, point.__slots__),
    "attributes": lambda point: (point(1).x, point(1, 5).y, point(1).name, point(2).sum),
    "replace": lambda point: tuple(point(1)._replace(y=9)),
    "make": lambda point: tuple(point._make([7, 8, "m"])),
    "asdict": lambda point: point(1)._asdict(),
    "equality": lambda point: (point(1) == (1, 2, "p"), hash(point(1)) == hash((1, 2, "p")), point(1) < point(2)),
    "copy": lambda point: (tuple(copy.deepcopy(point(3))), type(copy.copy(point(3))) is point),
    "pickle": lambda point: pickle.loads(pickle.dumps(point(3))) == point(3),
    "docstring": lambda point: point.__doc__,
    "unpacking": lambda point: [*point(1)],
    "repr": lambda point: repr(point(1)).removeprefix(point.__name__),
    "subclass": lambda point: tuple(type("Sub", (point,), {})(1)),
}
WRONG: dict[str, Callable[[Any], object]] = {
    "too few": lambda point: point(),
    "too many": lambda point: point(1, 2, "p", 4),
    "unknown keyword": lambda point: point(1, z=3),
    "twice": lambda point: point(1, x=3),
    "replace unknown": lambda point: point(1)._replace(z=3),
    "assignment": lambda point: setattr(point(1), "x", 2),
    "new attribute": lambda point: setattr(point(1), "other", 2),
}


@pytest.mark.parametrize("use", SAME.values(), ids=SAME)
def test_does_what_typings_does(use: Callable[[Any], object]) -> None:
    assert use(LightPoint) == use(HeavyPoint)


@pytest.mark.parametrize("use", WRONG.values(), ids=WRONG)
def test_refuses_what_typings_refuses(use: Callable[[Any], object]) -> None:
    with pytest.raises((TypeError, ValueError, AttributeError)) as heavy:
        use(HeavyPoint)
    with pytest.raises(heavy.type):
        use(LightPoint)
