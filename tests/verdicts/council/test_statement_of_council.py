"""A council's result is a statement's content as it is."""

from __future__ import annotations

from verdicts.council.councillib import WARN, Bench, move

from agentops_gates.model.verdict import Mechanical, Plan, Statement
from agentops_gates.policy.sections import COUNCIL, JUDGE
from agentops_gates.verdicts.council.config import CouncilConfig, JudgeConfig
from agentops_gates.verdicts.statement import dump, parse


def test_a_statement_can_be_made_of_it(bench: Bench) -> None:
    bench.workspace.commit("odd names", {"ü.py": "x\n", "zz\x1b.py": "x\n", "~.py": "x\n", "a" * 200 + ".py": "x\n"})
    judges = [
        bench.judge(name, WARN.replace("[finding()]", "[finding(), finding(id='F2')], checked=['x']")) for name in "ba"
    ]
    checks = (("sh", "-c", "true"), ("true",), ("sh", "-c", "echo " + "x" * 500))
    results = [Mechanical("complexity-regression", "1", "WARN", "0" * 64)]
    move_ = move(bench.workspace, bench.base, bench.workspace.head(), Plan("e", "0" * 64, ("i1",)))
    result = bench.council(*judges, config={"checks": checks}, mechanical=results, transition=move_)
    assert result.verdict == "WARN"
    statement = Statement(
        "push-after-vibe",
        result.verdict,
        move_.repository,
        move_.object_format,
        move_.ref,
        move_.base,
        move_.base_tree,
        move_.head_tree,
        tuple(sorted(move_.trees)),
        move_.changes,
        move_.policy,
        move_.plan,
        result.mechanical,
        result.judges,
        tuple(sorted(move_.authors)),
        result.finding_ids,
        result.findings_digest,
        result.not_checked,
        "lineage",
        1,
        1_790_000_000,
        604_800,
    )
    assert parse("verdict", dump(statement)) == statement
    assert len(result.not_checked) == 5
    assert len(result.mechanical) == 4


def test_policy_and_configuration_have_the_same_keys() -> None:
    assert {setting.name for setting in JUDGE} == set(JudgeConfig._fields) - {"name"}
    # How long to wait between attempts is nobody's policy.
    assert {setting.name for setting in COUNCIL.settings} == set(CouncilConfig._fields) - {"judges", "backoff"}
