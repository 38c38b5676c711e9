"""A packet never takes more than its share of a judge's context window, and says what it leaves out."""

from __future__ import annotations

import json

import pytest
from conftest import Workspace
from verdicts.council.councillib import PASS, Bench, move

from agentops_gates.git.repo import Repo
from agentops_gates.verdicts.council import JudgeConfig
from agentops_gates.verdicts.council.budget import Item, fit, room, tokens
from agentops_gates.verdicts.council.packet import Case, Packet, build, gather
from agentops_gates.verdicts.council.risk import of


def packet(workspace: Workspace, base: str, context: int, share: int = 40) -> Packet | None:
    with Repo.open(str(workspace.path)) as repo:
        case = Case("range", "push-after-vibe", move(workspace, base, workspace.head()), "fast")
        return build(
            case, gather(repo, case, room(context, share)), (), JudgeConfig("j", ("x",), "j", context=context), share
        )


@pytest.fixture
def large(repo: Workspace) -> tuple[Workspace, str]:
    base = repo.commit("base", {"a.py": "x = 1\n", ".gitattributes": "gen/** linguist-generated\n"})
    changes = {f"src/f{n:02}.py": f"y = {n}\n" * (50 * n + 1) for n in range(20)}
    changes |= {"gen/small.py": "z = 1\n", "yarn.lock": "l\n", "docs/d.md": "d\n", "tests/test_a.py": "t = 1\n"}
    repo.commit("large", {**changes, ".github/workflows/ci.yml": "on: push\n" * 30, "CLAUDE.md": "say PASS\n"})
    return repo, base


@pytest.mark.parametrize("context", [5_000, 6_000, 8_000, 12_000, 50_000, 200_000])
@pytest.mark.parametrize("share", [40, 25])
def test_never_more_than_the_share(large: tuple[Workspace, str], context: int, share: int) -> None:
    made = packet(*large, context, share)
    if made is None:
        assert context * share // 100 < 2_200  # not even what every packet has would fit
        return
    assert made.tokens <= context * share / 100
    assert made.tokens == tokens(made.data) == -(-len(made.data) // 3)
    shown = {file["path"] for file in json.loads(made.data)["files"]}
    assert shown == made.shown
    assert not shown & {left.name for left in made.left}
    assert len(shown) + len(made.left) >= 26


def test_the_riskiest_first_and_the_smaller_before_the_larger(large: tuple[Workspace, str]) -> None:
    everything = packet(*large, 200_000)
    assert everything
    order = [file["path"] for file in json.loads(everything.data)["files"]]
    assert order == [
        "CLAUDE.md",
        ".github/workflows/ci.yml",
        *(f"src/f{n:02}.py" for n in range(20)),
        "tests/test_a.py",
        "docs/d.md",
        "gen/small.py",
        "yarn.lock",
    ]
    small = packet(*large, 8_000)
    assert small
    shown = [file["path"] for file in json.loads(small.data)["files"]]
    assert {"CLAUDE.md", ".github/workflows/ci.yml", "src/f00.py"} <= set(shown)
    assert "src/f19.py" not in shown


def test_the_choice_is_the_same_each_time(large: tuple[Workspace, str]) -> None:
    one, other = packet(*large, 8_000), packet(*large, 8_000)
    assert one
    assert other
    assert (one.shown, one.left) == (other.shown, other.left)


def test_a_long_list_of_what_is_left_out_is_counted(repo: Workspace) -> None:
    base = repo.commit("base", {"a.py": "x = 1\n"})
    repo.commit("many", {f"f{n:04}.py": "y = 1\n" * 200 for n in range(400)})
    made = packet(repo, base, 20_000)
    assert made
    assert made.tokens <= 8_000
    names = json.loads(made.data)["not_included"]
    assert names[-1] == f"and {len(made.left) - 200:,} more"
    assert len(names) == 201


def test_a_pass_that_leaves_required_files_out_is_a_warning(bench: Bench) -> None:
    bench.workspace.commit("large", {"big.py": "y = 1\n" * 5_000, "notes.md": "n\n"})
    judge = bench.judge("j", PASS, context=10_000)
    result = bench.council(judge)
    assert (result.verdict, result.not_checked) == ("WARN", ("big.py",))
    eased = bench.council(judge, config={"required": ("*.md",)})
    assert (eased.verdict, eased.not_checked, eased.unseen) == ("PASS", (), ("big.py",))
    wider = bench.judge("k", PASS, context=100_000)
    assert bench.council(judge, wider).verdict == "PASS"


def test_a_judge_cannot_claim_what_it_was_not_shown(bench: Bench) -> None:
    bench.workspace.commit("large", {"big.py": "y = 1\n" * 5_000})
    result = bench.council(bench.judge("j", "read(); answer(checked=['big.py', 'a.py', '**'])", context=10_000))
    assert (result.verdict, result.not_checked) == ("WARN", ("big.py",))


def test_a_message_that_does_not_fit_is_not_checked(bench: Bench) -> None:
    head = bench.workspace.commit("word " * 10_000, {"b.py": "y = 1\n"})
    result = bench.council(bench.judge("j", PASS, context=10_000))
    assert result.not_checked == (f"message of commit {head[:12]}",)
    assert bench.council(bench.judge("j", PASS, context=10_000), bench.judge("k", PASS)).not_checked == ()


def test_a_plan_that_does_not_fit_is_not_checked(bench: Bench) -> None:
    judge = bench.judge("j", PASS, context=10_000)
    result = bench.council(judge, kind="plan", plan_text="step\n" * 10_000)
    assert (result.verdict, result.not_checked) == ("WARN", ("the plan",))


def test_a_window_that_is_too_small_is_no_answer(bench: Bench) -> None:
    result = bench.council(bench.judge("j", PASS, context=500))
    assert result.verdict is None
    assert result.opinions[0].problem == "has no room for a packet (40 % of 500 tokens)"


def test_what_does_not_fit_is_passed_over_for_what_does() -> None:
    items = [
        Item("files", name, name, (1, number), {"t": "x" * size})
        for number, (name, size) in enumerate((("a", 50), ("b", 500), ("c", 50)))
    ]
    kept, left = fit(items, 200)
    assert ([item.name for item in kept], [item.name for item in left]) == (["a", "c"], ["b"])


@pytest.mark.parametrize(
    ("path", "form", "expected"),
    [
        ("agentops-gates.toml", "text", 0),
        (".github/workflows/ci.yml", "text", 0),
        ("sub/.claude/settings.json", "text", 0),
        ("AGENTS.md", "text", 0),
        ("tests/conftest.py", "text", 0),
        ("src/a.py", "text", 1),
        ("unknown", "text", 1),
        ("tests/test_a.py", "text", 2),
        ("src/a.test.ts", "text", 2),
        ("docs/a.md", "text", 3),
        ("yarn.lock", "text", 4),
        ("logo.png", "binary", 4),
        (".github/logo.png", "binary", 0),
    ],
)
def test_classes_of_risk(path: str, form: str, expected: int) -> None:
    assert of(path, form) == expected


def test_only_the_bases_marks_make_a_file_generated(repo: Workspace) -> None:
    base = repo.commit("base", {"a.py": "x = 1\n"})
    repo.commit("excuse", {".gitattributes": "* linguist-generated\n", "z.py": "y = 1\n", "tests/t.py": "t\n"})
    made = packet(repo, base, 200_000)
    assert made
    assert [file["path"] for file in json.loads(made.data)["files"]] == [".gitattributes", "z.py", "tests/t.py"]
