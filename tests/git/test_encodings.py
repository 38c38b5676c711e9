"""In what a commit may say that it is written: where ASCII stands for something else, nobody can read trailers."""

from __future__ import annotations

import pytest

from agentops_gates.git.commits import parse_commit
from agentops_gates.git.messages import is_plain

TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


@pytest.mark.parametrize(
    ("encoding", "plain"),
    [(b"", True), (b"UTF-8", True), (b"iso-8859-15", True), (b"ISO8859-1", True), (b"latin1", True), (b"cp1252", True),
     (b"Shift_JIS", True), (b"gb18030", True), (b"KOI8-R", True), (b"EUC-JP", True), (b"US-ASCII", True),
     (b"UTF-7", False), (b"UTF-16", False), (b"UTF-8,UTF-7", False), (b"ISO-2022-JP", False), (b"HZ", False),
     (b"IBM037", False), (b"UTF-8\xff", False), (b"utf-8 utf-7", False), (b"?", False)],
)  # fmt: skip
def test_which_encodings_leave_ascii_alone(encoding: bytes, plain: bool) -> None:
    assert is_plain(encoding) is plain


def test_the_encoding_of_a_message_is_the_first_that_is_named() -> None:
    lines = ("author A <a@x> 1 +0000", "mergetag object", " encoding UTF-7", "encoding UTF-16", "encoding utf-8")
    data = "\n".join((f"tree {TREE}", *lines, "", "encoding HZ\n"))
    assert parse_commit("0" * 40, data.encode()).encoding == b"UTF-16"
