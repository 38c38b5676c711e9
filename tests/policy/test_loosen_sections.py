"""What counts as loosening in the tables about verdicts: first what does not."""

from __future__ import annotations

import pytest
from policy.policylib import GATES, policy

from agentops_gates.policy.loosen import compare

V = "[verdicts]\n"
C = "[council]\n"
A = '[council.judges.ada]\ncommand = ["x"]\nprincipal = "ada@x"\n'
B = '[council.judges.bob]\ncommand = ["y"]\n'

STRICT = {
    "defaults written out": (
        "",
        V + 'repository = ""\nrebase = "derive"\nlifetime_hours = 168\nrequired_level = 1\nacks_per_day = 10\n'
        'signers = ".agents/allowed_signers"\nhumans = []\n' + C + 'required = ["**"]\nquorum = 1\n',
    ),
    "higher level": (V + "required_level = 2", V + "required_level = 3"),
    "strict": ("", V + 'rebase = "strict"'),
    "shorter life": ("", V + "lifetime_hours = 24"),
    "first name": ("", V + 'repository = "x/y"'),
    "person removed": (V + 'humans = ["a", "b"]', V + 'humans = ["b"]'),
    "key no longer held apart": (V + 'held_apart = ["a"]', ""),
    "issuer removed": (V + 'issuers = ["a"]', V + "issuers = []"),
    "people reordered": (V + 'humans = ["a", "b"]', V + 'humans = ["b", "a"]'),
    "fewer acks": ("", V + "acks_per_day = 0"),
    "higher quorum": ("", C + "quorum = 2\nvendors = 2"),
    "time and tries": (
        "",
        C + "timeout = 1\nretries = 10\noutput_limit = 1000\nshare = 1",
    ),
    "time and tries back": (C + "timeout = 1\nretries = 10\noutput_limit = 1000\nshare = 1", ""),
    "check added": (C + 'checks = [["a"]]', C + 'checks = [["b"], ["a"]]'),
    "more required": (C + 'required = ["a"]', C + 'required = ["b", "a"]'),
    "everything required": (C + 'required = ["a", "b"]', C + 'required = ["**"]'),
    "variable taken away": (C + 'environment = ["A"]', ""),
    "first judges": ("", A + B),
    "judges reordered": (A + B, B + A),
}

LOOSE = {
    "lower level": ("", V + "required_level = 0", ["verdicts.required_level"]),
    "derive": (V + 'rebase = "strict"', "", ["verdicts.rebase"]),
    "longer life": ("", V + "lifetime_hours = 169", ["verdicts.lifetime_hours"]),
    "other name": (V + 'repository = "x"', V + 'repository = "y"', ["verdicts.repository"]),
    "no name": (V + 'repository = "x"', "", ["verdicts.repository"]),
    "other signers": ("", V + 'signers = "x"', ["verdicts.signers"]),
    "other revoked": (V + 'revoked = "x"', "", ["verdicts.revoked"]),
    "one more person": (V + 'humans = ["a"]', V + 'humans = ["a", "b"]', ["verdicts.humans"]),
    "person exchanged": (V + 'humans = ["a"]', V + 'humans = ["b"]', ["verdicts.humans"]),
    "held apart": ("", V + 'held_apart = ["a"]', ["verdicts.held_apart"]),
    "issuer": ("", V + 'issuers = ["a"]', ["verdicts.issuers"]),
    "more acks": ("", V + "acks_per_day = 11", ["verdicts.acks_per_day"]),
    "lower quorum": (C + "quorum = 2", "", ["council.quorum"]),
    "fewer vendors": (C + "vendors = 2", C + "vendors = 1", ["council.vendors"]),
    "check removed": (C + 'checks = [["a"], ["b"]]', C + 'checks = [["a"]]', ["council.checks"]),
    "check changed": (C + 'checks = [["a", "-x"]]', C + 'checks = [["a"]]', ["council.checks"]),
    "fewer required": ("", C + 'required = ["src/**"]', ["council.required"]),
    "nothing required": ("", C + "required = []", ["council.required"]),
    "variable": ("", C + 'environment = ["PYTHONPATH"]', ["council.environment"]),
    "judge removed": (A + B, A, ["council.judges.bob"]),
    "last judge removed": (A, "", ["council.judges.ada"]),
    "one more judge": (A, A + B, ["council.judges.bob"]),
    "judge renamed": (A, A.replace("ada]", "eve]"), ["council.judges.ada", "council.judges.eve"]),
    "other program": (A, A.replace('"x"', '"true"'), ["council.judges.ada.command"]),
    "other argument": (A, A.replace('"x"', '"x", "--approve"'), ["council.judges.ada.command"]),
    "other principal": (A, A.replace("ada@x", "eve@x"), ["council.judges.ada.principal"]),
    "other vendor": (A, A + 'vendor = "v"', ["council.judges.ada.vendor"]),
    "narrower": (A, A + 'paths = ["docs"]', ["council.judges.ada.paths"]),
    "fewer councils": (A, A + 'sizes = ["quick"]', ["council.judges.ada.sizes"]),
    "human": (A, A + "human = true", ["council.judges.ada.human"]),
    "fallback": (A + B, A + B + 'fallback_for = "ada"', ["council.judges.bob.fallback_for"]),
    "smaller context": (A, A + "context = 1000", ["council.judges.ada.context"]),
    "two at once": (A + C + "quorum = 2", A + 'model = "m"', ["council.judges.ada.model", "council.quorum"]),
}


@pytest.mark.parametrize(("old", "new"), STRICT.values(), ids=STRICT)
def test_is_not_loosening(old: str, new: str) -> None:
    assert [change for change in compare(policy(old), policy(new), GATES) if change.loosened] == []


@pytest.mark.parametrize(("old", "new", "keys"), LOOSE.values(), ids=LOOSE)
def test_is_loosening(old: str, new: str, keys: list[str]) -> None:
    assert sorted(change.key for change in compare(policy(old), policy(new), GATES) if change.loosened) == keys


@pytest.mark.parametrize("name", [name for name in STRICT if "written out" not in name and "reordered" not in name])
def test_what_is_no_loosening_is_still_a_change(name: str) -> None:
    assert compare(policy(STRICT[name][0]), policy(STRICT[name][1]), GATES)


def test_a_change_names_both_values() -> None:
    old, new = policy(A + V + "acks_per_day = 3"), policy(A.replace("x", "z"))
    assert [tuple(change)[:4] for change in compare(old, new, GATES)] == [
        ("verdicts.acks_per_day", 3, 10, True),
        ("council.judges.ada.command", ("x",), ("z",), True),
        ("council.judges.ada.principal", "ada@x", "ada@z", True),
    ]
