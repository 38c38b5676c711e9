import contextlib
import random
import sys
import time

import pytest
from shell import fuzz_parse

from agentops_gates.shell.lexer import MAX_DEPTH, MAX_TEXT, MAX_WORDS
from agentops_gates.shell.parse import ShellSyntaxError, parse

REFUSED = {
    "NUL": "git\0status",
    "half a character": "git \ud800",
    "undecodable byte": "git \udcff",
    "too long": "#" * (MAX_TEXT + 1),
    "too many words": "a " * (MAX_WORDS + 1),
    "too many expansions": "$a" * (MAX_WORDS + 1),
    "groups": "{ " * (MAX_DEPTH + 1),
    "subshells": "( " * (MAX_DEPTH + 1),
    "substitutions": "$(" * (MAX_DEPTH + 1),
    "braces": "${a:-" * (MAX_DEPTH + 1),
    "conditions": "if " * (MAX_DEPTH + 1),
    "patterns": "x @(" + "(" * MAX_DEPTH,
    "arithmetic": "$((" * (MAX_DEPTH + 1),
    "here-documents": "$(cat <<E\n" * (MAX_DEPTH + 1),
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_over_a_limit_is_refused(text):
    with pytest.raises(ShellSyntaxError):
        parse(text)


TAKEN = {
    "longest": "#" * MAX_TEXT,
    "words": "a " * MAX_WORDS,
    "groups": "( " * MAX_DEPTH + "a" + " )" * MAX_DEPTH,
    "substitutions": "x " + "$(a " * MAX_DEPTH + ")" * MAX_DEPTH,
    "quoted substitutions": "x " + '"$(a ' * MAX_DEPTH + ')"' * MAX_DEPTH,
    "other letters": "echo \u00e9\u4e2d\U0001f600",
}


@pytest.mark.parametrize("text", TAKEN.values(), ids=TAKEN)
def test_up_to_a_limit_is_taken(text):
    parse(text)


PIECES = [
    *("a", "a ", "a\n", "a;", "a|", "a&&", "$a", "${a}", '"', '""', "''", "'a'b", "\\a", "`", "\\`", "$(", "((", "$(("),
    *('"$((',),
    *("a[", "a[\n", "a[;", "a[a]", "{", "(", "<(", "<<E ", "<<E\n", "cat <<E\n", "x=$(cat <<E\n", "${x:-", "#", "# \n"),
    *("@(", "[[ ", "case x in ", "if ", "f() ", "a=(", "$'\\x41'", "$[", "! ", "time ", ">a ", "{fd}>"),
    *("\r\n", "\u00e9", "\\\n", "E\\\n"),
]  # fmt: skip


def test_time_grows_with_the_text_and_no_faster():
    slow = {}
    for piece in PIECES:
        text = piece * (MAX_TEXT // len(piece))
        started = time.process_time()
        with contextlib.suppress(ShellSyntaxError):
            parse(text)
        slow[piece] = time.process_time() - started
    # A square of the text takes minutes; the rest is for a machine that does other things too.
    assert max(slow.values()) < 2, max(slow, key=slow.get)


def test_a_short_stack_is_an_error_like_any_other():
    limit = sys.getrecursionlimit()
    depth, frame = 0, sys._getframe()
    while frame:
        depth, frame = depth + 1, frame.f_back
    sys.setrecursionlimit(depth + 120)
    try:
        with pytest.raises(ShellSyntaxError):
            parse("x " + "$(a " * 60 + ")" * 60)
    finally:
        sys.setrecursionlimit(limit)


def test_random_texts_end_in_a_tree_or_in_the_error():
    random_ = random.Random(1)
    for _ in range(500):
        fuzz_parse.ours(fuzz_parse.text(random_))
