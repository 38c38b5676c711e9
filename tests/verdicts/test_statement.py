"""Statements: what is written reads back the same, and what is not exactly a statement is refused by field."""

from __future__ import annotations

import calendar
import json
import random
from typing import Any

import pytest
from verdicts.recordlib import ACK, ATTEMPT, CONTENTS, OVERRIDE, REVOCATION, VERDICT, document, encoded

from agentops_gates.model.verdict import Content, RecordKind, Statement
from agentops_gates.verdicts import instant
from agentops_gates.verdicts.statement import dump, kind_of, ordered, parse, record_id
from agentops_gates.verdicts.strictjson import LIMIT, MalformedError

SPARSE = VERDICT._replace(
    repository="", plan=None, mechanical=(), judges=(), authors=(), findings=(), not_checked=(), unseen=(), lineage="",
    trees=(), changes=(), derived_from="", touched=(), run="",
)  # fmt: skip
SHA256 = VERDICT._replace(
    object_format="sha256", base="0" * 64, base_tree="2" * 64, head_tree="3" * 64, trees=("3" * 64,), changes=()
)
TAKEN: dict[str, Content] = {
    **CONTENTS,
    "sparse": SPARSE,
    "sha256": SHA256,
    "the beginning of a run": ATTEMPT._replace(unheard="", epic="", changes=(), touched=(), nonce=""),
    "a run in sha256": ATTEMPT._replace(object_format="sha256", base="1" * 64, head_tree="2" * 64, changes=()),
    "override in sha256": OVERRIDE._replace(base="1" * 64, head_tree="2" * 64),
    "ten thousand trees": VERDICT._replace(trees=tuple(f"{number:040x}" for number in range(10_000))),
    "text that means something elsewhere": ACK._replace(reason='"\\/<script>\u202e \u2028 `x` | ${y} ok'),
    "a ref beyond ASCII": VERDICT._replace(ref="refs/heads/größe/\U0001f600"),
    "a ref with @": VERDICT._replace(ref="refs/heads/@/a@b"),
    "ack without findings": ACK._replace(findings=()),
    "revoked override": REVOCATION._replace(record="override-" + "9" * 40),
    "first second": ACK._replace(issued=0),
    "last second": ACK._replace(issued=253402300799),
    "leap day": ACK._replace(issued=calendar.timegm((2028, 2, 29, 23, 59, 59))),
}
NOT_WRITTEN: dict[str, tuple[Content, str]] = {
    "unsorted trees": (VERDICT._replace(trees=("4" * 40, "3" * 40)), "predicate.trees[1] is out of order"),
    "repeated tree": (VERDICT._replace(trees=("3" * 40, "3" * 40)), "predicate.trees[1] is a repeat"),
    "unsorted changes": (VERDICT._replace(changes=("4" * 40, "3" * 40)), "predicate.changes[1] is out of order"),
    "too many trees": (
        VERDICT._replace(trees=tuple(f"{number:040x}" for number in range(10_001))),
        "predicate.trees has 10,001 entries, which is more than 10,000",
    ),
    "too large": (VERDICT._replace(not_checked=tuple(f"{n:05}{'x' * 200}" for n in range(9_000))), "larger than 1,0"),
    "tree of the other format": (VERDICT._replace(trees=("3" * 40, "4" * 64)), "predicate.trees[1] must have 40"),
    "base of the other format": (VERDICT._replace(base="1" * 64), "predicate.base.gitCommit must have 40 digits"),
    "override of two formats": (OVERRIDE._replace(base="1" * 64), "predicate.base.gitCommit must have 40 digits"),
    "capitals in an id": (VERDICT._replace(head_tree="A" * 40), "subject[0].digest.gitTree must be an object id"),
    "abbreviated id": (VERDICT._replace(base_tree="2" * 39), "predicate.base.gitTree must be an object id"),
    "no policy": (VERDICT._replace(policy=""), "predicate.policy.sha256 must be the 64 hex"),
    "judges out of order": (VERDICT._replace(judges=VERDICT.judges[::-1]), "predicate.judges[1] is out of order"),
    "judge twice": (VERDICT._replace(judges=VERDICT.judges[:1] * 2), "predicate.judges[1] is a repeat"),
    "check twice": (VERDICT._replace(mechanical=VERDICT.mechanical[:1] * 2), "predicate.mechanical[1] is a repeat"),
    "nameless judge": (
        VERDICT._replace(judges=(VERDICT.judges[0]._replace(principal=" "),)),
        "predicate.judges[0].principal must be a name",
    ),
    "unknown word": (VERDICT._replace(verdict="pass"), "predicate.verdict must be FAIL or WARN or PASS, not `pass`"),
    "attempt zero": (VERDICT._replace(attempt=0), "predicate.attempt must be from 1"),
    "true is no number": (VERDICT._replace(attempt=True), "predicate.attempt must be an integer, not a boolean"),
    "no lifetime": (VERDICT._replace(lifetime=0), "predicate.lifetime must be from 1"),
    "for ever": (VERDICT._replace(lifetime=10**9), "predicate.lifetime must be from 1"),
    "before 1970": (VERDICT._replace(issued=-1), "before 1970"),
    "after 9999": (VERDICT._replace(issued=253402300800), "after 9999"),
    "override for two days": (OVERRIDE._replace(lifetime=86_401), "predicate.lifetime must be from 1 to 86,400"),
    "override without a reason": (OVERRIDE._replace(reason=" \u3000"), "predicate.reason must be words"),
    "override without gates": (OVERRIDE._replace(gates=()), "predicate.gates has fewer entries than 1"),
    "ack of an ack": (ACK._replace(verdict="ack-" + "7" * 40), "subject[0].name must be the id of a record"),
    "revocation of a revocation": (REVOCATION._replace(record="revocation-" + "7" * 40), "subject[0].name must"),
    "revocation of a run": (REVOCATION._replace(record="attempt-" + "7" * 40), "subject[0].name must"),
    "a digest that is short": (REVOCATION._replace(record="verdict-" + "7" * 20), "subject[0].name must"),
    "a run that is a verdict": (VERDICT._replace(run="verdict-" + "7" * 40), "predicate.run must be empty or the id"),
    "unheard by a verdict": (ATTEMPT._replace(unheard="verdict-" + "7" * 40), "predicate.unheard must be empty or"),
    "a path that is none": (ATTEMPT._replace(touched=("a.py",)), "predicate.touched[0] must be 12 hexadecimal"),
    "too many paths": (
        ATTEMPT._replace(touched=tuple(f"{n:012x}" for n in range(257))), "predicate.touched has 257 entries",
    ),
    "a patch of another length": (ATTEMPT._replace(changes=("5" * 64,)), "predicate.changes[0] must have 40 digits"),
    "line end": (ACK._replace(reason="a\nb"), "predicate.reason holds the control character U+000A"),
    "escape character": (VERDICT._replace(authors=("\x1b[2J",)), "predicate.authors[0] holds the control character"),
    "half a pair": (VERDICT._replace(repository="\ud800"), "subject[0].name holds half a surrogate pair"),
    "a gate that is a path": (VERDICT._replace(gate="../x"), "predicate.gate must be the id of a gate"),
}  # fmt: skip
BAD_REFS = (
    "main", "refs/", "refs//a", "refs/heads/", "refs/heads/a.", "refs/heads/.a", "refs/heads/a.lock", "refs/a.lock/b",
    "refs/heads/a..b", "refs/heads/a b", "refs/heads/a~1", "refs/heads/a^", "refs/heads/a:b", "refs/heads/a?",
    "refs/heads/*", "refs/heads/[a]", "refs/heads/a\\b", "refs/heads/@{u}", "refs/heads/a/", "/refs/heads/a",
)  # fmt: skip


@pytest.mark.parametrize("content", TAKEN.values(), ids=TAKEN)
def test_what_is_written_reads_back_the_same(content: Content) -> None:
    payload = dump(content)
    kind = kind_of(content)
    assert parse(kind, payload) == content
    assert dump(parse(kind, payload)) == payload == dump(content)
    assert len(payload) <= LIMIT
    assert record_id(kind, payload).startswith(f"{kind}-")


def test_lists_can_be_put_in_order() -> None:
    lists = {name: value[::-1] for name, value in VERDICT._asdict().items() if type(value) is tuple}
    assert len(lists) == 9
    doubled = {name: value + value[:1] for name, value in lists.items() if name != "changes"}
    assert VERDICT.plan
    plan = VERDICT.plan._replace(issues=("bd-2", "bd-1", "bd-2"))
    mixed = VERDICT._replace(**{**lists, **doubled, "plan": plan})
    with pytest.raises(MalformedError):
        dump(mixed)
    assert ordered(mixed) == VERDICT == ordered(VERDICT)
    assert ordered(SPARSE) == SPARSE


@pytest.mark.parametrize(("content", "message"), NOT_WRITTEN.values(), ids=NOT_WRITTEN)
def test_what_would_not_be_read_is_not_written(content: Content, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        dump(content)
    assert message in str(caught.value)
    assert str(caught.value).isprintable()


def test_what_is_too_much_says_what_to_do() -> None:
    with pytest.raises(MalformedError) as caught:
        dump(NOT_WRITTEN["too many trees"][0])
    assert "push in parts" in caught.value.fix


@pytest.mark.parametrize("ref", BAD_REFS)
def test_names_that_git_gives_no_ref(ref: str) -> None:
    with pytest.raises(MalformedError, match=r"^predicate\.ref "):
        dump(VERDICT._replace(ref=ref))


def test_it_is_an_in_toto_statement() -> None:
    said = document(VERDICT)
    assert list(said) == ["_type", "subject", "predicateType", "predicate"]
    assert said["_type"] == "https://in-toto.io/Statement/v1"
    assert said["subject"] == [{"name": "acme/app", "digest": {"gitTree": "3" * 40}}]
    assert said["predicateType"] == "https://agentops-gates.dev/verdict/v1"
    assert said["predicate"]["issued"] == "2026-09-21T14:13:20Z"


def move(said: dict[str, Any], *path: str | int, to: object) -> bytes:
    place: Any = said
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return encoded(said)


WRONG: dict[str, tuple[bytes, str]] = {
    "not an object": (b"[]\n", "the record must be an object, not a list"),
    "no line end": (dump(VERDICT)[:-1], "not in the one form that is written"),
    "two line ends": (dump(VERDICT) + b"\n", "not in the one form that is written"),
    "indented": (json.dumps(document(VERDICT), indent=1).encode(), "not in the one form that is written"),
    "escaped where it need not be": (dump(VERDICT).replace(b"acme", rb"\u0061cme"), "not in the one form"),
    "escaped beyond ASCII": (json.dumps(document(VERDICT), separators=(",", ":")).encode() + b"\n", "in the one form"),
    "other order of keys": (encoded(dict(reversed(document(VERDICT).items()))), "not in the one form that is written"),
    "other order in the predicate": (
        move(document(VERDICT), "predicate", to=dict(reversed(document(VERDICT)["predicate"].items()))),
        "not in the one form that is written",
    ),
    "minus zero": (dump(ACK._replace(lifetime=1)).replace(b'"lifetime":1', b'"lifetime":-0'), "predicate.lifetime"),
    "unknown field": (move(document(VERDICT), "predicate", "note", to=1), "predicate.note is not a field of this"),
    "unknown field on top": (move(document(VERDICT), "note", to=1), "note is not a field of this format"),
    "second subject": (
        move(document(VERDICT), "subject", to=document(VERDICT)["subject"] * 2),
        "subject has 2 entries, which is more than 1",
    ),
    "no subject": (move(document(VERDICT), "subject", to=[]), "subject has fewer entries than 1"),
    "second digest": (
        move(document(VERDICT), "subject", 0, "digest", "sha256", to="0" * 64),
        "subject[0].digest.sha256 is not a field",
    ),
    "other type": (move(document(VERDICT), "_type", to="https://in-toto.io/Statement/v0.1"), "_type must be"),
    "other predicate": (
        move(document(VERDICT), "predicateType", to="https://agentops-gates.dev/verdict/v2"),
        "predicateType must be",
    ),
    "lifetime as text": (move(document(VERDICT), "predicate", "lifetime", to="9"), "predicate.lifetime must be an int"),
    "plan as false": (move(document(VERDICT), "predicate", "plan", to=False), "predicate.plan must be an object"),
    "plan as list": (move(document(VERDICT), "predicate", "plan", to=[]), "predicate.plan must be an object"),
    "time with a zone": (
        move(document(VERDICT), "predicate", "issued", to="2026-09-21T13:33:20+0"),
        "predicate.issued is longer than 20 characters",
    ),
    "30 February": (
        move(document(VERDICT), "predicate", "issued", to="2026-02-30T00:00:00Z"),
        "predicate.issued is no time: 2026-02-30T00:00:00Z",
    ),
    "leap second": (
        move(document(VERDICT), "predicate", "issued", to="2026-12-31T23:59:60Z"),
        "predicate.issued is no time",
    ),
    "month 13": (move(document(VERDICT), "predicate", "issued", to="2026-13-01T00:00:00Z"), "issued is no time"),
    "day 0": (move(document(VERDICT), "predicate", "issued", to="2026-01-00T00:00:00Z"), "issued is no time"),
    "year 0": (move(document(VERDICT), "predicate", "issued", to="0000-01-01T00:00:00Z"), "issued is no time"),
    "digits of another script": (
        move(document(VERDICT), "predicate", "issued", to="٢٠٢٦-01-01T00:00:00Z"),
        "predicate.issued must be a time",
    ),
    "a prefix of another record": (
        move(document(ACK), "subject", 0, "digest", "sha256Prefix", to="8" * 40),
        "sha256Prefix is not that of subject[0].name",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("payload", "message"), WRONG.values(), ids=WRONG)
def test_what_is_no_statement_is_refused_by_field(payload: bytes, message: str) -> None:
    kind: RecordKind = "ack" if b"/ack/" in payload else "verdict"
    with pytest.raises(MalformedError) as caught:
        parse(kind, payload)
    assert message in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("name", CONTENTS)
@pytest.mark.parametrize("kind", CONTENTS)
def test_a_record_is_read_as_its_own_kind_only(name: str, kind: RecordKind) -> None:
    payload = dump(CONTENTS[name])
    if name == kind:
        assert parse(kind, payload) == CONTENTS[name]
    else:
        with pytest.raises(MalformedError):
            parse(kind, payload)


def test_times_agree_with_the_calendar() -> None:
    dice = random.Random(7)
    for _ in range(20_000):
        seconds = dice.randrange(253402300800)
        stamp = instant.text(seconds)
        assert instant.seconds(stamp) == seconds
        fields = tuple(int(stamp[slice(*cut)]) for cut in ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19)))
        assert calendar.timegm(fields) == seconds


OTHER: dict[str, Any] = {
    **{name: value for name, value in SPARSE._asdict().items() if name != "object_format"},
    "gate": "pre-mortem-before-crank",
    "verdict": "PASS",
    "ref": "refs/heads/dev",
    "base": "7" * 40,
    "base_tree": "7" * 40,
    "head_tree": "7" * 40,
    "policy": "7" * 64,
    "findings_digest": "7" * 64,
    "attempt": 3,
    "issued": 5,
    "lifetime": 5,
}


def test_every_field_of_a_statement_is_written() -> None:
    # A field that dump() left out would not be signed.
    assert set(OTHER) == set(Statement._fields) - {"object_format"}
    for field, other in OTHER.items():
        assert getattr(VERDICT, field) not in ((), "", None, other), f"the sample leaves {field} as the other has it"
        changed = VERDICT._replace(**{field: other})
        payload = dump(changed)
        assert payload != dump(VERDICT)
        assert parse("verdict", payload) == changed
