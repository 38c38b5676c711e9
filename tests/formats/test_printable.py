"""What is not seen, or changes what is seen, is escaped; everything else is left alone."""

from __future__ import annotations

import os
import sys

import pytest

from agentops_gates.model.text import printable


@pytest.mark.parametrize(
    "text",
    ["", "a b/c.py:12", "caf\u00e9", "\u6f22\u5b57", "\U0001f680", "back\\slash", "a\u0301", "\u05d0", "'\"`|<>&@#"],
)
def test_visible_text_is_left_alone(text):
    assert printable(text) == text
    assert printable(text.encode()) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("a\nb\r\tc", "a\\x0ab\\x0d\\x09c"),
        ("\x00\x7f\x85\x9b", "\\x00\\x7f\\x85\\x9b"),
        ("\u202egnp", "\\u202egnp"),
        ("\u2066a\u2069\u061c\u200f", "\\u2066a\\u2069\\u061c\\u200f"),
        ("a\u200b\u200d\u2060\ufeff\u00adb", "a\\u200b\\u200d\\u2060\\ufeff\\xadb"),
        ("\u2028\u2029", "\\u2028\\u2029"),
        ("a\u00a0b\u3000c\u2003d", "a\\xa0b\\u3000c\\u2003d"),
        ("\U000e0041\U000e007f", "\\U000e0041\\U000e007f"),
        ("\ufe0f\U000e0100\U000e01ef", "\\ufe0f\\U000e0100\\U000e01ef"),
        ("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4", "\\u115f\\u1160\\u3164\\uffa0\\u2800\\u034f\\u17b4"),
        ("\ue000\uffff\U0010ffff", "\\ue000\\uffff\\U0010ffff"),
        ("\ud800", "\\ud800"),
        (os.fsdecode(b"caf\xe9\xff"), "caf\\xe9\\xff"),
        (b"caf\xe9\xff", "caf\\xe9\\xff"),
    ],
)
def test_hidden_text_is_escaped(text, shown):
    assert printable(text) == shown


def test_every_code_point_comes_out_visible_on_one_line_and_encodable():
    for start in range(0, sys.maxunicode + 1, 4096):
        shown = printable("".join(map(chr, range(start, start + 4096))))
        assert shown.isprintable()
        assert len(shown.splitlines()) == 1
        shown.encode()
