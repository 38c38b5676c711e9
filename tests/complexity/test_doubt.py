"""Where lizard takes code for a string it is said; on ordinary code it is not."""

from __future__ import annotations

import pytest
from conftest import Workspace
from gates.gatelib import brief, judged

from agentops_gates.complexity.measure import measure

IFS = "".join(f"  if (x == {n}) {{ x += {n}; }}\n" for n in range(12))
EVIL = f"function evil(x) {{\n{IFS}  return x;\n}}\n"

ORDINARY = {
    "text without quotes": ("jsx", "const A = () => <p>plain\n text</p>;\n" + EVIL),
    "apostrophe as an entity": ("tsx", "const A = () => <p>it&apos;s</p>;\n" + EVIL + "const B = <p>it&apos;s</p>;\n"),
    "two apostrophes in a line": ("jsx", "const A = () => <p>it's what it's</p>;\n" + EVIL),
    "attribute over lines": ("tsx", 'const A = () => <p className="a\n  [&>p]:b; {c}\n">x</p>;\n' + EVIL),
    "attribute after another": ("tsx", 'const A = () => <p data-x="1" title="a;\n  b">x</p>;\n' + EVIL),
    "attribute after a spread": ("jsx", "const A = () => <p {...p} title='a;\n  b'>x</p>;\n" + EVIL),
    "attribute of a member": ("tsx", 'const A = () => <UI.P off title = "a;\n  b">x</UI.P>;\n' + EVIL),
    "quoted words over lines": ("jsx", 'const A = () => <p>He said "no\n way" and left</p>;\n' + EVIL),
    "comment": ("typescript", "// it's\n" + EVIL + "/* don't;\n isn't; */\n"),
    "template": ("typescript", "const a = `it's ${b ? 'x' : \"y\"};\n don't {`;\n" + EVIL),
    "regular expression": ("javascript", "const r = /it's/;\n" + EVIL + "const q = /it's/;\n"),
    "continued line": ("javascript", "const a = 'x; \\\n y';\n" + EVIL),
    "characters": ("c", "char a = '\\'', b = '\"';\n" + EVIL),
    "raw string": ("cpp", 'auto s = R"(it\'s;\n a " b)";\n' + EVIL),
    "digits": ("cpp", "int a = 1'000'000;\nint f() { return 0; }\nint b = 1'000;\n"),
    "rune and raw string": ("go", "package a\nvar a = '\\''\nvar b = `it's;\n don't`\nfunc f() {}\n"),
    "string over lines": ("rust", "const A: &str = \"x;\n y\";\nfn f<'a>(x: &'a str) { }\n"),
    "text block": ("java", 'class A { String s = """\n  x; it\'s {\n  """; int f() { return 1; } }\n'),
    "empty tokens": ("jsx", "const A = () => <path d='M1 1' />;\n"),
}


@pytest.mark.parametrize(("language", "source"), ORDINARY.values(), ids=ORDINARY)
def test_ordinary_code_leaves_no_doubt(language: str, source: str) -> None:
    assert measure(source.encode(), language).doubt == 0


SWALLOWED = {
    "text of JSX": ("jsx", "\nconst A = () => <p>it's</p>;\n" + EVIL + "const B = () => <p>it's</p>;\n", 2),
    "text of TSX": ("tsx", "const A = () => <h1>I'm</h1>;\n" + EVIL + "const B = () => <h1>I'm</h1>;\n", 1),
    "quotes in text": ("jsx", 'const A = () => <p>5" wide</p>;\n' + EVIL + 'const B = () => <p>5" wide</p>;\n', 1),
    "regular expression": ("javascript", "function g() { return /'/ }\n" + EVIL + "function h() { return /'/ }\n", 1),
    "directive in C": ("c", "#error don't\n" + EVIL + "#error can't\n", 1),
    "text in C": ("c", "#if 0\nthis isn't C\n#endif\nint f() { return 0; }\n// '\n", 2),
}


@pytest.mark.parametrize(("language", "source", "line"), SWALLOWED.values(), ids=SWALLOWED)
def test_code_that_is_taken_for_a_string_leaves_a_doubt(language: str, source: str, line: int) -> None:
    record = measure(source.encode(), language)
    assert (record.doubt, record.problem) == (line, "")
    assert all(unit.qualname != "evil" for unit in record.units)


def test_it_is_a_warning_and_the_rest_of_the_file_is_judged(repo: Workspace) -> None:
    seen = EVIL.replace("evil", "seen")
    lost = "const A = () => <p>it's</p>;\n" + EVIL + "const B = () => <p>it's</p>;\n"
    base = repo.commit("old", {"a.jsx": "const x = 1;\n"})
    head = repo.commit("new", {"a.jsx": seen + lost})
    found = judged(repo.path, base, head=head)
    assert brief(found) == ["AG602 error seen None>13", "AG605 warning a.jsx"]
    (doubt,) = [finding for finding in found if finding.rule == "AG605"]
    assert doubt.line == 16
    assert doubt.message == (
        "lizard lost its way in line 16: it takes what follows for a string, and code in it is not measured"
    )
    again = repo.commit("again", {"a.jsx": seen + "const y = 1;\n" + lost})
    assert brief(judged(repo.path, head, head=again)) == ["AG605 note a.jsx"]
    mended = repo.commit("mended", {"a.jsx": (seen + lost).replace("it's", "it&apos;s")})
    assert brief(judged(repo.path, again, head=mended)) == ["AG602 error evil None>13"]
