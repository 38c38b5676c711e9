"""Who sits in a council, and the table of the policy that says so."""

from __future__ import annotations

import tomllib
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from agentops_gates.model.errors import UsageError
from agentops_gates.verdicts.council.config import CouncilConfig, JudgeConfig, from_mapping
from agentops_gates.verdicts.council.sizing import seats, size_of

EXAMPLE = Path(__file__).parents[3] / "examples" / "judges" / "council.toml"


@pytest.mark.parametrize(
    ("issues", "size"),
    [(None, "fast"), (0, "quick"), (1, "quick"), (2, "quick"), (3, "fast"), (6, "fast"), (7, "full"), (500, "full")],
)
def test_size(issues: int | None, size: str) -> None:
    assert size_of(issues) == size


def judge(name: str, **settings: Any) -> JudgeConfig:
    return JudgeConfig(name, ("x",), name, **settings)


def names(config: CouncilConfig, size: Any, paths: list[str]) -> list[list[str]]:
    return [[one.name for one in (seat.judge, *seat.fallbacks)] for seat in seats(config, size, paths)]


def test_seats() -> None:
    config = CouncilConfig(
        (
            judge("a"),
            judge("b", sizes=("full",)),
            judge("c", paths=("src/**",)),
            judge("a2", fallback_for="a"),
            judge("a3", fallback_for="a2"),
            judge("a4", fallback_for="a", sizes=("full",)),
            judge("b2", fallback_for="b"),
        )
    )
    assert names(config, "quick", ["README.md"]) == [["a", "a2", "a3"]]
    assert names(config, "full", ["src/a.py"]) == [["a", "a2", "a3", "a4"], ["b", "b2"], ["c"]]
    assert names(config, "fast", []) == [["a", "a2", "a3"]]
    assert names(CouncilConfig(()), "full", ["a"]) == []


def test_defaults() -> None:
    made = from_mapping({"judges": {"j": {"command": ["x"]}}})
    assert made == CouncilConfig((JudgeConfig("j", ("x",), "j"),))
    assert from_mapping({}) == CouncilConfig(())


def test_a_frozen_table_is_read() -> None:
    table = MappingProxyType(
        {"judges": MappingProxyType({"j": MappingProxyType({"command": ("x", "y"), "human": True})})}
    )
    (made,) = from_mapping(table).judges
    assert (made.command, made.human) == (("x", "y"), True)


def test_the_example_is_a_whole_configuration() -> None:
    table = tomllib.loads(EXAMPLE.read_text())
    made = from_mapping(table["council"])
    assert [one.name for one in made.judges] == ["claude", "codex", "gemini", "copilot", "opencode", "security"]
    assert set(table) == {"council"}
    assert set(table["council"]) <= set(CouncilConfig._fields)
    for one in table["council"]["judges"].values():
        assert set(one) <= set(JudgeConfig._fields)
    assert names(made, "fast", ["src/auth/a.py"]) == [
        ["claude", "opencode"],
        ["codex", "copilot"],
        ["gemini"],
        ["security"],
    ]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"judges": {"j": {"command": []}}}, "council.judges.j has no command"),
        ({"judges": {"j": {"command": ["x"], "fallback_for": "k"}}}, "stands in for nobody"),
        ({"judges": {"j": {"command": ["x"], "fallback_for": "j"}}}, "stands in for itself"),
        (
            {"judges": {"j": {"command": ["x"], "fallback_for": "k"}, "k": {"command": ["x"], "fallback_for": "j"}}},
            "stands in for itself",
        ),
        ({"share": 41}, "1 to 40 percent"),
        ({"share": 0}, "1 to 40 percent"),
    ],
)
def test_refused(table: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        from_mapping(table)
