"""Other languages through lizard: numbers and names, broken input, and comments that would blind lizard's own tool."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from agentops_gates.complexity.foreign import measure_foreign
from agentops_gates.complexity.languages import LANGUAGES, language_of, unmeasured
from agentops_gates.complexity.unit import Unit

PACKAGE_ROOT = str(Path(__file__).parents[2])
FOREIGN = [language for language in LANGUAGES if language != "python"]

PATHS = {
    "a/b.py": "python",
    "stub.pyi": "python",
    "SETUP.PY": "python",
    "a.b/c.go": "go",
    "x.d.ts": "typescript",
    "x.tsx": "tsx",
    "x.jsx": "jsx",
    "x.mjs": "javascript",
    "x.h": "c",
    "x.hpp": "cpp",
    "x.rs": "rust",
    "X.java": "java",
    "py": None,
    ".py": None,
    "a.py/b": None,
    "a.py.txt": None,
    "README.md": None,
    "x.ipynb": None,
}


@pytest.mark.parametrize(("path", "language"), PATHS.items(), ids=PATHS.keys())
def test_language_of_a_path(path: str, language: str | None) -> None:
    assert language_of(path) == language


def test_what_is_named_but_not_measured() -> None:
    assert "notebook" in unmeasured("a/x.ipynb")
    assert "Cython" in unmeasured("a/x.PYX")
    assert [unmeasured(path) for path, language in PATHS.items() if language] == [""] * 12


def units(source: str | bytes, language: str) -> list[Unit]:
    record = measure_foreign(source.encode() if isinstance(source, str) else source, language)
    assert not record.problem
    return list(record.units)


def numbers(source: str, language: str) -> dict[str, tuple[int, int]]:
    return {unit.qualname: (unit.cyclomatic, unit.cognitive) for unit in units(source, language)}


QUIET = {
    "comment": ("c", "int f() { /* if (a && b) */ return 0; } // ? : case"),
    "string": ("java", 'class A { String f() { return "if (a && b) ? x : y"; } }'),
    "character": ("cpp", "char f() { return '?'; }"),
    "regular expression": ("javascript", "function f() { return /a?b/.test(c); }"),
    "optional chaining": ("typescript", "function f(a?: A) { return a?.b; }"),
    "raw string": ("go", "package a\nfunc f() string { return `if a && b` }"),
}


@pytest.mark.parametrize(("language", "source"), QUIET.values(), ids=QUIET.keys())
def test_what_adds_nothing(language: str, source: str) -> None:
    assert [unit.cyclomatic for unit in units(source, language)] == [1, 1]


SAMPLES = {
    "c": ("int f(int a) { if (a && g()) { return 1; } return a ? 2 : 3; }", {"f": (4, 3)}),
    "cpp": ("namespace n { class A { int m() const { for (;;) { if (x) break; } return 0; } }; }", {"n::A::m": (3, 3)}),
    "java": (
        "class A { int m(int a) { switch (a) { case 1: return 1; case 2: return 2; default: return 0; } } }",
        {"A::m": (3, 1)},
    ),
    "go": ("package a\nfunc (s *S) Run(a int) { for i := range s { if i > a || i < 0 { return } } }", {"Run": (4, 4)}),
    "rust": ("fn f(a: i32) -> i32 { if a > 0 && a < 9 { return 1 } while a < 3 {} 0 }", {"f": (4, 3)}),
    "javascript": ("function f(a) { try { return a && a.b } catch (e) { return 1 } }", {"f": (3, 2)}),
    "typescript": ("class A { m(a: number): string { return a ? 'x' : 'y' } }", {"m": (2, 1)}),
    "tsx": ("function C({a}: P) { if (a) { return <b>x</b>; } return null; }", {"C": (2, 1)}),
    "jsx": ("function C({a}) { if (a) { return <b>x</b>; } return null; }", {"C": (2, 1)}),
}


@pytest.mark.parametrize("language", FOREIGN)
def test_numbers(language: str) -> None:
    source, expected = SAMPLES[language]
    assert numbers(source, language) == {"<module>": (1, 0), **expected}


def test_top_level_code_is_a_unit() -> None:
    assert numbers("if (a && b) { run() }\nfunction f() { if (a) {} }\n", "javascript")["<module>"] == (3, 2)


def test_names_do_not_count() -> None:
    source = "package a\nfunc f() {\n\tg(func() { if a {} })\n\th(func() {})\n}\n"
    assert [unit.qualname for unit in units(source, "go")] == ["<module>", "f", "(anonymous)", "(anonymous)"]


def test_overloads_differ_by_their_parameters() -> None:
    found = units("class A { int f(int a) { return 1; } int f(int a, long b) { return 1; } }", "java")
    assert [unit.qualname for unit in found[1:]] == ["A::f", "A::f"]
    assert found[1].decorators != found[2].decorators


def test_bodies() -> None:
    def body(source: str) -> str:
        return units(source, "c")[1].body

    plain = body("int f(int a)\n{\n  if (a)\n    return 1;\n  return 0;\n}\n")
    assert plain == body(
        "long g(int b, int c) {\r\n  if (a)  \r\n\r\n    // why\r\n    return 1;\r\n  return 0;\r\n}\r\n"
    )
    assert plain != body("int f(int a)\n{\n  if (a)\n    return 2;\n  return 0;\n}\n")


# Attacks: what lizard's command line honours would hide a function from it.
FUNCTION = "int f(int a) {%s\n  if (a) { return 1; }\n  return 0;\n}\n"
BLINDING = {
    "forgives": FUNCTION % " // #lizard forgives",
    "forgives a metric": FUNCTION % " // #lizard forgives(cyclomatic_complexity)",
    "forgives globally": "// #lizard forgive global\n" + FUNCTION % "",
    "generated": "// GENERATED CODE\n" + FUNCTION % "",
    "generated, block": "/* GENERATED CODE */ " + FUNCTION % "",
}


@pytest.mark.parametrize("source", BLINDING.values(), ids=BLINDING.keys())
@pytest.mark.parametrize("language", ["c", "cpp", "java"])
def test_no_comment_hides_a_function(source: str, language: str) -> None:
    assert [unit.cyclomatic for unit in units(source, language)] == [1, 2]


PROBLEMS = {
    "NUL": ("c", b"int f() {}\n\0", "holds a NUL byte (line 2)"),
    "UTF-16": ("java", "class A {}".encode("utf-16"), "is encoded as UTF-16"),
    "too deep": ("go", b"package a\n" + b"func f() {\n" * 5000, "cannot be read as go (RecursionError in lizard)"),
    # lizard's pattern for type arguments would need 2**60 steps for this.
    "stalling": (
        "java",
        b"x = <" + b"extends " * 60 + b"?;>",
        "holds a list of type arguments that is too long to read",
    ),
}


@pytest.mark.parametrize(("language", "blob", "problem"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_problem_in_one_clause(language: str, blob: bytes, problem: str) -> None:
    record = measure_foreign(blob, language)
    assert (record.problem, record.units) == (problem, ())


HOSTILE = {
    "empty": b"",
    "latin-1": "// é\nint f() { return 1; }\n".encode("latin-1"),
    "BOM and CRLF": b"\xef\xbb\xbfint f() {\r\n return 1;\r\n}\r\n",
    "only opening": b"{" * 200,
    "only closing": b"}" * 200,
    "quotes": b"\"'`" * 50,
    "open comment": b"int f() { /* never closed",
    "half a template": b"const a = `x ${ b `",
    "half a tag": b"const a = <div x={",
    "keywords": b"if else for while match switch case catch func fn class struct => ? : && || " * 20,
    "noise": bytes(range(1, 256)) * 3,
}


@pytest.mark.parametrize("blob", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("language", FOREIGN)
def test_hostile_text_never_raises(language: str, blob: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    record = measure_foreign(blob, language)
    assert bool(record.problem) != bool(record.units)
    assert capfd.readouterr() == ("", "")


def test_importing_lizard_does_not_open_the_way_for_modules_of_the_repository(tmp_path: Path) -> None:
    # lizard puts the folder of sys.argv[0] first on the path: for `python -c` the current directory.
    for name in ("lizard_languages", "argparse", "lizard_core", "pygments"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('module of the repository was run')\n")
    code = (
        f"import sys; sys.path.insert(0, {PACKAGE_ROOT!r}); before = sys.path[:]\n"
        "from agentops_gates.complexity.foreign import measure_foreign\n"
        "print(len(measure_foreign(b'int f() { return 1; }', 'c').units), sys.path == before, sys.argv)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ),
    )
    assert (done.stdout, done.stderr) == ("2 True ['-c']\n", "")
