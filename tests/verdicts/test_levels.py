"""Levels: every combination of facts, and that a worse fact never helps."""

from __future__ import annotations

from itertools import product

import pytest

from agentops_gates.model.verdict import WORDS, Judge, Signer
from agentops_gates.verdicts.levels import LEVELS, Party, level, party, words

KEY = "SHA256:x"


def judge(vendor: str = "", independence: str = "session", verdict: str = "PASS", principal: str = "ann@example.org"):
    return Judge(principal, "model", vendor, "session", independence, verdict, "digest")


def signer(*, apart: bool, kind: str = "ssh-ed25519") -> Signer:
    return Signer("Ann@example.org", KEY, kind, apart)


PLAIN, APART = signer(apart=False), signer(apart=True)
HARDWARE = signer(apart=True, kind="sk-ssh-ed25519@openssh.com")
UNTOUCHED = signer(apart=False, kind="sk-ssh-ed25519@openssh.com")
FOUND = "/home/ann/.ssh/id"

# From the worst to the best; what stands side by side is worth the same.
BOUND = [[False], [True]]
SIGNED = [[(None, ""), (None, FOUND), (PLAIN, ""), (PLAIN, FOUND), (APART, FOUND), (UNTOUCHED, ""), (UNTOUCHED, FOUND)]]
SIGNED += [[(APART, ""), (HARDWARE, ""), (HARDWARE, FOUND)]]
DOORS = [["", "laptop"], ["server", "ci"]]
ALONE = {
    "nobody": (),
    "one": (judge("anthropic"),),
    "one vendor twice": (judge("OpenAI"), judge(" openai ")),
    "vendors unknown": (judge(), judge(" ")),
    "the second vendor warns": (judge("openai"), judge("google", verdict="WARN")),
    "the second vendor fails": (judge("openai"), judge("google", verdict="FAIL")),
    "declared of another vendor": (judge("openai", "vendor"), judge("openai", "vendor")),
    "a person who warns": (judge("openai"), judge(independence="human", verdict="WARN")),
    "a person for whom a program signs": (judge("openai"), judge(independence="human", principal="bob@example.org")),
}
TWO_NAMES = {
    "two vendors, one signature": (judge("openai"), judge("google", principal="bob@example.org")),
    "two vendors and a third that fails": (judge("openai"), judge("google"), judge("mistral", verdict="FAIL")),
}
ANN, BOB = Party("ann@example.org", KEY, "openai"), Party("bob@example.org", "SHA256:y", "google")
ONE_PARTY = {
    "nobody": (),
    "one": (ANN,),
    "one key with two names": (ANN, BOB._replace(key=KEY)),
    "one name with two keys": (ANN, BOB._replace(principal=ANN.principal)),
    "one vendor": (ANN, BOB._replace(vendor="openai")),
}
TWO_PARTIES = {
    "two vendors that signed": (judge("openai"), (ANN, BOB)),
    "and a third": (judge("openai"), (ANN._replace(vendor="google"), ANN, BOB)),
}
PERSON = (judge(independence="human"),)
SIDES = [
    [(judges, ()) for judges in (*ALONE.values(), *TWO_NAMES.values())]
    + [((judge("openai"),), parties) for parties in ONE_PARTY.values()],
    [((one,), parties) for one, parties in TWO_PARTIES.values()] + [(PERSON, ())],
]


def ranked(ranks):
    return [(rank, item) for rank, items in enumerate(ranks) for item in items]


TABLE = list(product(*map(ranked, (BOUND, SIGNED, DOORS, SIDES))))


def worked_out(bound, signed, door, side):
    judges, parties = side
    return level(bound=bound, signer=signed[0], readable=signed[1], boundary=door, judges=judges, parties=parties)


@pytest.mark.parametrize("ranks", list(product((0, 1), repeat=4)))
def test_every_combination(ranks: tuple[int, ...]) -> None:
    expected = (*ranks, 0).index(0)
    rows = [row for row in TABLE if tuple(rank for rank, _ in row) == ranks]
    assert rows
    for row in rows:
        if row[1][1][0] is None and row[3][1] == (PERSON, ()):
            continue  # nobody signed, so no person did: looked at below
        reached, reasons = worked_out(*(item for _, item in row))
        assert reached == expected
        assert [int(reason[6]) for reason in reasons] == [step + 1 for step, met in enumerate(ranks) if not met]


@pytest.mark.parametrize("judges", [*ALONE.values(), *TWO_NAMES.values()], ids=[*ALONE, *TWO_NAMES])
@pytest.mark.parametrize("parties", ONE_PARTY.values(), ids=ONE_PARTY)
def test_one_party_is_never_two(judges, parties) -> None:
    reached, reasons = level(bound=True, signer=APART, boundary="server", judges=judges, parties=parties)
    assert reached == 3
    words = "neither a person nor judges of two vendors, each with a key of their own, passed it and signed"
    assert reasons == (f"level 4: {words}",)


@pytest.mark.parametrize("side", SIDES[1], ids=[*TWO_PARTIES, "a person"])
def test_two_parties_reach_the_top(side) -> None:
    judges, parties = side
    assert level(bound=True, signer=APART, boundary="ci", judges=judges, parties=parties) == (4, ())


@pytest.mark.parametrize(
    ("signer", "readable", "judges", "expected"),
    [
        (APART, "", (judge("OpenAI "),), ANN),
        (APART, "", (judge(" "), judge("OpenAI")), ANN),
        (HARDWARE, FOUND, (judge("openai"),), ANN),
        (None, "", (judge("openai"),), None),
        (PLAIN, "", (judge("openai"),), None),
        (APART, FOUND, (judge("openai"),), None),
        (APART, "", (judge(" "),), None),
        (APART, "", (judge("openai", verdict="WARN"),), None),
        (APART, "", (judge("openai", principal="bob@example.org"),), None),
    ],
    ids=["himself", "who names a vendor", "hardware", "unsigned", "in reach", "found", "no vendor", "warns", "issuer"],
)
def test_a_party_speaks_for_itself(signer, readable, judges, expected) -> None:
    assert party(signer, readable, judges) == expected


def test_a_person_without_a_signature_is_a_claim() -> None:
    reached, reasons = level(bound=True, boundary="server", judges=PERSON)
    assert (reached, [reason[:7] for reason in reasons]) == (1, ["level 2", "level 4"])


def test_no_better_fact_lowers_a_level() -> None:
    reached = {row: worked_out(*(item for _, item in row))[0] for row in TABLE}
    better = ((a, b) for a in reached for b in reached if all(x[0] <= y[0] for x, y in zip(a, b, strict=True)))
    assert all(reached[a] <= reached[b] for a, b in better)


def test_a_judge_more_or_a_better_word_never_lowers_a_level() -> None:
    for judges in (*ALONE.values(), *TWO_NAMES.values(), PERSON):
        before = level(bound=True, signer=APART, boundary="server", judges=judges)[0]
        assert (
            level(bound=True, signer=APART, boundary="server", judges=(*judges, judge("x", verdict="FAIL")))[0]
            >= before
        )
        for at, one in enumerate(judges):
            for word in WORDS[WORDS.index(one.verdict) :]:
                changed = (*judges[:at], one._replace(verdict=word), *judges[at + 1 :])
                assert level(bound=True, signer=APART, boundary="server", judges=changed)[0] >= before


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"bound": False}, "level 1: it is not about exactly this change"),
        ({"bound": True}, "level 2: no judge's signature was verified"),
        ({"bound": True, "signer": PLAIN}, "level 2: nothing says that the key of Ann@example.org is out of"),
        ({"bound": True, "signer": APART, "readable": FOUND}, f"is within reach of this account: {FOUND}"),
        ({"bound": True, "signer": APART._replace(principal="\x1b[2J", held_apart=False)}, r"the key of \x1b[2J is"),
        ({"bound": True, "signer": APART}, "level 3: it was verified where the author could have changed the verifier"),
        ({"bound": True, "signer": HARDWARE, "readable": FOUND, "boundary": "ci"}, "level 4: neither a person"),
    ],
)  # fmt: skip
def test_the_first_reason_is_the_next_step(facts, reason: str) -> None:
    reached, reasons = level(**facts)
    assert reason in reasons[0]
    assert reasons[0].startswith(f"level {reached + 1}: ")
    assert all(line.isprintable() for line in reasons)


def test_every_level_is_named_and_explained() -> None:
    assert [item.number for item in LEVELS] == [0, 1, 2, 3, 4]
    assert [words(item.number) for item in LEVELS] == [
        "level 0 (recorded)",
        "level 1 (bound)",
        "level 2 (signed)",
        "level 3 (enforced)",
        "level 4 (two-party)",
    ]
    for item in LEVELS:
        assert all(text and text.isprintable() and not text.endswith(".") for text in item[1:])
