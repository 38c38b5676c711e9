"""Suppression comments: what is none, what is malformed, what counts."""

from __future__ import annotations

import pytest

from agentops_gates.complexity.measure import measure
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
    "no reason": ("# agentops: allow[AG601]", ("AG601",), ""),
    "a reason that says nothing": ("# agentops: allow[AG601] ---", ("AG601",), ""),
    "no rule": ("# agentops: allow[] legacy", (), "legacy"),
    "no brackets": ("# agentops: allow AG601 legacy", (), ""),
    "brackets left open": ("# agentops: allow[AG601 legacy", (), ""),
    "every rule": ("# agentops: allow[*] legacy", (), "legacy"),
    "one rule is none": ("# agentops: allow[AG601, C901] legacy", (), "legacy"),
    "lower case rule": ("# agentops: allow[ag601] legacy", (), "legacy"),
    "other case": ("# AgentOps: Allow[AG601] legacy", (), ""),
    "space before the colon": ("# agentops : allow[AG601] legacy", (), ""),
}


@pytest.mark.parametrize(("source", "rules", "reason"), FORMS.values(), ids=FORMS.keys())
def test_form(source: str, rules: tuple[str, ...], reason: str) -> None:
    record = measure(f"pass\n{source}\n".encode(), "python")
    assert record.suppressions == (Suppression(2, rules, reason),)


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


@pytest.mark.parametrize("language", ["c", "cpp", "go", "java", "javascript", "typescript", "tsx", "jsx", "rust"])
def test_a_string_is_no_comment_in_other_languages(language: str) -> None:
    assert measure(b'x = "// agentops: allow[AG601] legacy";\n', language).suppressions == ()
