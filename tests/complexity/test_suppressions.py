"""Suppression comments: what is none, what is malformed, what counts."""

from __future__ import annotations

import pytest

from agentops_gates.complexity.measure import measure
from agentops_gates.complexity.suppressions import fault
from agentops_gates.complexity.unit import Suppression

NONE = {
    "no comment": "x = 1",
    "in a string": "x = '# agentops: allow[AG601] reason'",
    "in a docstring": '"""\n# agentops: allow[AG601] reason\n"""',
    "in an f-string": "x = f'# agentops: allow[AG601] {1}'",
    "prose about the tool": "# agentops checks this file",
    "another directive": "# agentops: allowlist is elsewhere",
    "quoted in a comment": "# write `agentops: allow[AG601] reason` above it",
    "hyphenated": "# agentops: allow-listed",
    "prose after the name": "# see agentops: it works",
    "prose that begins with the name": "# agentops: it works, see there",
    "prose without a colon": "# agentops allow rules in comments, see [1]",
    "prose about a rule": "# agentops allows AG601 to be named here",
    "prose with a near word": "# agentops: allows what a person has allowed",
    "prose with a list of words": "# agentops: allows [a, b] as input",
    "memory": "# agentops: alloc the buffer",
    "follow": "# agentops: follow the guide [1]",
    "always": "# agentops: always run",
    "footnote": "# agentops: see[1] for details",
    "subscript further on": "# agentops: the value of rules[AG601]",
    "address": "# https://agentops.example/allow[AG601]",
    "scheme": "# agentops://allow[AG601] x",
    "longer name": "# agentopsy: allow[AG601] x",
    "path": "# agentops/allow[AG601] x",
    "configuration key": "# agentops-gates.toml: allow[AG601] x",
    "misspelt in a string": "x = '# agentops: alow[AG601] reason'",
    "misspelt further on": "# write agentops: alow[AG601] reason",
}


@pytest.mark.parametrize("source", NONE.values(), ids=NONE.keys())
def test_what_is_no_suppression(source: str) -> None:
    assert measure(f"{source}\n".encode(), "python").suppressions == ()


FORMS = {
    "plain": ("# agentops: allow[AG601] legacy parser", ("AG601",), "legacy parser"),
    "after code": ("x = 1  # agentops: allow[AG601] legacy parser", ("AG601",), "legacy parser"),
    "after another comment": ("x = 1  # noqa: C901  # agentops: allow[AG601] legacy", ("AG601",), "legacy"),
    "two rules": ("# agentops: allow[AG601, AG602] both", ("AG601", "AG602"), "both"),
    "no space": ("#agentops:allow[AG601] legacy", ("AG601",), "legacy"),
    "dash before the reason": ("# agentops: allow[AG601] - legacy", ("AG601",), "legacy"),
    "reason in another alphabet": ("# agentops: allow[AG601] 既存のコード", ("AG601",), "既存のコード"),
    "with a rule of another gate": ("# agentops: allow[AG601, AG401] both", ("AG601", "AG401"), "both"),
    "of another gate only": ("# agentops: allow[AG201] theirs", ("AG201",), "theirs"),
}


@pytest.mark.parametrize(("source", "rules", "reason"), FORMS.values(), ids=FORMS.keys())
def test_form(source: str, rules: tuple[str, ...], reason: str) -> None:
    record = measure(f"pass\n{source}\n".encode(), "python")
    assert record.suppressions == (Suppression(2, rules, reason),)


OTHERS = "is not a rule that a comment can allow; AG601 and AG602 are"
FAULTS = {
    "no reason": ("# agentops: allow[AG601]", "it gives no reason"),
    "a reason that says nothing": ("# agentops: allow[AG601] ---", "it gives no reason"),
    "no rule": ("# agentops: allow[] legacy", "it names no rule"),
    "a comma too much": ("# agentops: allow[AG601,] legacy", "it names no rule"),
    "every rule": ("# agentops: allow[*] legacy", f"`*` {OTHERS}"),
    "one rule is another tool's": ("# agentops: allow[AG601, C901] legacy", f"`C901` {OTHERS}"),
    "unknown rule": ("# agentops: allow[AG999] x", f"`AG999` {OTHERS}"),
    "unknown beside known": ("# agentops: allow[AG601, AG801] x", f"`AG801` {OTHERS}"),
    "the engine's rule": ("# agentops: allow[AG901] x", f"`AG901` {OTHERS}"),
    "ours, but not for comments": ("# agentops: allow[AG603] x", f"`AG603` {OTHERS}"),
    "letter for digit": ("# agentops: allow[AG6O1] x", "`AG6O1` is no rule, did you mean `AG601`?"),
    "lower case": ("# agentops: allow[ag602] x", "`ag602` is no rule, did you mean `AG602`?"),
    "digit too much": ("# agentops: allow[AG6602] x", "`AG6602` is no rule, did you mean `AG602`?"),
    "letter missing": ("# agentops: alow[AG601] x", "it says `alow`, did you mean `allow`?"),
    "letter added": ("# agentops: allows[AG601] x", "it says `allows`, did you mean `allow`?"),
    "letters swapped": ("# agentops: alolw AG601 x", "it says `alolw`, did you mean `allow`?"),
    "wrong letter, no list": ("# agentops: ellow legacy", "it says `ellow`, did you mean `allow`?"),
    "near word before a rule": ("# agentops: allows AG601 here", "it says `allows`, did you mean `allow`?"),
    "another tool's word": ("# agentops: ignore[AG601] x", "it says `ignore`, did you mean `allow`?"),
    "another tool's list": ("# agentops: disable[complexity] x", "it says `disable`, did you mean `allow`?"),
    "another word for all": ("# agentops: noqa[*]", "it says `noqa`, did you mean `allow`?"),
    "a compound": ("# agentops: allow-list[AG601] x", "it says `allow-list`, did you mean `allow`?"),
    "no brackets": ("# agentops: allow AG601 legacy", "it is not spelt exactly as it must be"),
    "brackets left open": ("# agentops: allow[AG601 legacy", "it is not spelt exactly as it must be"),
    "other brackets": ("# agentops: allow(AG601) legacy", "it is not spelt exactly as it must be"),
    "other case": ("# AgentOps: Allow[AG601] legacy", "it is not spelt exactly as it must be"),
    "space before the colon": ("# agentops : allow[AG601] legacy", "it is not spelt exactly as it must be"),
    "no colon": ("# agentops allow[AG601] legacy", "it is not spelt exactly as it must be"),
    "the package's name": ("# agentops-gates: allow[AG601] legacy", "it is not spelt exactly as it must be"),
    "the command's name": ("# agentops-gate: allow[AG601] legacy", "it is not spelt exactly as it must be"),
    "after another comment": ("x = 1  # noqa  # agentops: alow[AG601] x", "it says `alow`, did you mean `allow`?"),
    "after prose": ("# agentops: it is  # agentops: alow[AG601] x", "it says `alow`, did you mean `allow`?"),
    "a letter of another alphabet": ("# agentops: \u0430llow[AG601] x", "it says `\u0430llow`, did you mean `allow`?"),
    "a letter of no width": ("# agentops: allow\u200b[AG601] x", "it is not spelt exactly as it must be"),
    "hostile rule": ("# agentops: allow[\x1b[31m] x", f"`\\x1b[31m` {OTHERS}"),
    "very long": ("# agentops: allow[" + "AG601," * 500 + "C901] x", "it is not spelt exactly as it must be"),
}


@pytest.mark.parametrize(("source", "clause"), FAULTS.values(), ids=FAULTS.keys())
def test_what_is_wrong_with_it(source: str, clause: str) -> None:
    (found,) = measure(f"pass\n{source}\n".encode(), "python").suppressions
    assert (found.line, found.rules) == (2, ())
    assert fault(found) == clause


@pytest.mark.parametrize(("source", "rules", "reason"), FORMS.values(), ids=FORMS.keys())
def test_nothing_is_wrong_with_what_counts(source: str, rules: tuple[str, ...], reason: str) -> None:
    assert fault(Suppression(2, rules, reason)) == ""


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
def test_lines_are_those_of_the_file(end: bytes) -> None:
    lines = [
        b"\xef\xbb\xbfx = '''",
        b"\x0c",
        b"'''",
        b"# agentops: allow[AG601] one",
        b"y = 1  # agentops: allow[AG602] two",
    ]
    found = measure(end.join(lines) + end, "python").suppressions
    assert found == (Suppression(4, ("AG601",), "one"), Suppression(5, ("AG602",), "two"))


def test_declared_encoding() -> None:
    source = "# coding: latin-1\n# agentops: allow[AG601] für später\n".encode("latin-1")
    assert measure(source, "python").suppressions == (Suppression(2, ("AG601",), "für später"),)


def test_what_the_tokenizer_refuses_suppresses_nothing_more() -> None:
    # The parser takes a form feed inside an indentation that the tokenizer calls inconsistent.
    source = b"# agentops: allow[AG601] one\nif a:\n        x\n    \x0c        y\n# agentops: allow[AG602] two\n"
    found = measure(source, "python").suppressions
    assert found[0] == Suppression(1, ("AG601",), "one")


FOREIGN = {
    "line comment": ("c", "int x; // agentops: allow[AG601] legacy\n", 1),
    "block comment": ("java", "/* agentops: allow[AG601] legacy */\nclass A {}\n", 1),
    "second line of a block": ("go", "/*\n * agentops: allow[AG601] legacy\n */\npackage a\n", 2),
    "documentation comment": ("rust", "\n/// agentops: allow[AG601] legacy\nfn f() {}\n", 2),
    "after a template": ("typescript", "const a = `x\n${b}\n`; // agentops: allow[AG601] legacy\n", 3),
    "after a preprocessor line": ("cpp", "#define A \\\n  1\nint x; // agentops: allow[AG601] legacy\n", 3),
}


@pytest.mark.parametrize(("language", "source", "line"), FOREIGN.values(), ids=FOREIGN.keys())
def test_other_languages(language: str, source: str, line: int) -> None:
    assert measure(source.encode(), language).suppressions == (Suppression(line, ("AG601",), "legacy"),)


def test_a_misspelt_one_in_another_language() -> None:
    (found,) = measure(b"int x; // agentops: alow[AG601] legacy\n", "c").suppressions
    assert fault(found) == "it says `alow`, did you mean `allow`?"


@pytest.mark.parametrize("language", ["c", "cpp", "go", "java", "javascript", "typescript", "tsx", "jsx", "rust"])
def test_a_string_is_no_comment_in_other_languages(language: str) -> None:
    assert measure(b'x = "// agentops: allow[AG601] legacy";\n', language).suppressions == ()
