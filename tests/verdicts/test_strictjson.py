"""JSON with one reading only."""

from __future__ import annotations

import pytest

from agentops_gates.verdicts.strictjson import MalformedError, loads

TAKEN = {
    "empty object": (b"{}", {}),
    "nested": (b'{"a":[1,{"b":null}],"c":true}', {"a": [1, {"b": None}], "c": True}),
    "white space": (b" [ 1 ]\n", [1]),
    "text beyond ASCII": ('"größe \U0001f600 e\u0301"'.encode(), "größe \U0001f600 é".replace("é", "e\u0301")),
    "escaped": (rb'"\u00e9\"\\\/"', 'é"\\/'),
    "a pair of surrogates": (rb'"\ud83d\ude00"', "\U0001f600"),
    "largest integer": (b"999999999999999", 999_999_999_999_999),
    "negative": (b"-1", -1),
    "as deep as may be": (b"[" * 32 + b"]" * 32, None),
    "same key in two objects": (b'[{"a":1},{"a":2}]', [{"a": 1}, {"a": 2}]),
}
REFUSED = {
    "nothing": (b"", "is not JSON"),
    "two values": (b"1 2", "is not JSON"),
    "not JSON": (b"{'a':1}", "is not JSON"),
    "trailing comma": (b"[1,]", "is not JSON"),
    "duplicate key": (b'{"verdict":"FAIL","verdict":"PASS"}', "has the key `verdict` twice"),
    "duplicate key, escaped": (rb'{"verdict":"FAIL","v\u0065rdict":"PASS"}', "has the key `verdict` twice"),
    "duplicate key deep inside": (b'[[{"a":{"b":1,"b":1}}]]', "has the key `b` twice"),
    "NaN": (b'{"a":NaN}', "holds NaN"),
    "infinity": (b"[-Infinity]", "holds -Infinity"),
    "float": (b"[1.0]", "holds `1.0`"),
    "exponent": (b"[1e3]", "holds `1e3`"),
    "overflowing float": (b"[1e999]", "holds `1e999`"),
    "huge integer": (b"1" * 16, "more than 15 digits"),
    "a number that takes a minute": (b"9" * 1_000_000, "more than 15 digits"),
    "negative huge integer": (b"-" + b"1" * 16, "more than 15 digits"),
    "too deep": (b"[" * 33 + b"]" * 33, "nested deeper than 32"),
    "too deep in objects": (b'{"a":' * 33 + b"1" + b"}" * 33, "nested deeper than 32"),
    "deep enough to end the parser": (b"[" * 500_000, "nested deeper than 32"),
    "too large": (b'"' + b"a" * (1 << 20) + b'"', "larger than 1,048,576 bytes"),
    "byte order mark": (b"\xef\xbb\xbf{}", "byte order mark"),
    "UTF-16": ("{}".encode("utf-16"), "is not UTF-8 (byte 0)"),
    "UTF-16 without mark": ("{}".encode("utf-16-le"), "is not JSON"),
    "Latin-1": (b'"gr\xf6\xdfe"', "is not UTF-8 (byte 3)"),
    "overlong": (b'"\xc0\xaf"', "is not UTF-8"),
    "surrogate as bytes": (b'"\xed\xa0\x80"', "is not UTF-8"),
    "half a pair": (rb'["\ud800"]', "half a surrogate pair"),
    "the other half in a key": (rb'{"\udc00":1}', "half a surrogate pair"),
    "line end in a string": (b'"a\nb"', "is not JSON"),
    "escaped line end": (rb'"a\nb"', "control character U+000A"),
    "escaped NUL": (rb'"\u0000"', "control character U+0000"),
    "escape character": (rb'"\u001b[2J"', "control character U+001B"),
    "delete": (b'"\x7f"', "control character U+007F"),
    "C1": ('"\x9b2J"'.encode(), "control character U+009B"),
}


@pytest.mark.parametrize(("data", "value"), TAKEN.values(), ids=TAKEN)
def test_taken(data: bytes, value: object) -> None:
    found = loads(data)
    assert value is None or found == value


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_refused_in_one_safe_line(data: bytes, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        loads(data)
    assert message in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 200


def test_limits_are_the_callers() -> None:
    assert loads(b"[[1]]", depth=2, limit=5) == [[1]]
    with pytest.raises(MalformedError, match="deeper than 1"):
        loads(b"[[1]]", depth=1)
    with pytest.raises(MalformedError, match="larger than 4 bytes"):
        loads(b"[[1]]", limit=4)
