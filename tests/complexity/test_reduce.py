"""What is left of two versions of a file must come to the same as the whole files, or not be used at all."""

from __future__ import annotations

import random
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import branchy

from agentops_gates.complexity.pair import pair, same_numbers
from agentops_gates.complexity.python import measure_python
from agentops_gates.complexity.reduce import difference
from agentops_gates.complexity.unit import FileRecord, Unit

Told = tuple[list[tuple[Unit, Unit]], list[Unit], list[Unit], tuple[int, int]]
BODY = "    if a:\n        return 1\n"


def told(old: FileRecord, new: FileRecord) -> Told:
    """Return what changed, what went, what came, and the growth in decision points and functions."""
    pairs, removed, added = pair(old.units, new.units)
    changed = [(before, after) for before, after, _ in pairs if not same_numbers(before, after)]
    points = [sum(unit.cyclomatic - 1 for unit in record.units) for record in (old, new)]
    functions = [sum(unit.kind == "function" for unit in record.units) for record in (old, new)]
    growth = points[1] - points[0], functions[1] - functions[0]
    return sorted(changed), sorted(removed), sorted(added), growth


def agree(old: bytes, new: bytes) -> bool:
    """Set the difference against the whole files; False if it declined."""
    records = difference(old, new)
    if records is None:
        return False
    whole = measure_python(old), measure_python(new)
    if whole[0].problem:
        return True  # an error that both share: there is nothing to set it against
    assert not whole[1].problem, "a new syntax error was not seen"
    assert told(*records) == told(*whole)
    for record, everything in zip(records, whole, strict=True):
        assert set(record.units) <= set(everything.units), "lines or points moved"
    return True


CLASS = """class A(B):
    '''Doc.'''

    x = 1

    def f(self):
        return 1

    @d
    def g(self):
        pass
"""
GROWN = CLASS.replace("return 1", "return 1 or 2")
TAIL = "\n\ndef tail(a):\n    return a or 1\n"
F, G = "def f(a):\n    pass\n", "def f(a):\n" + BODY
DOC = "'''Doc.\n\ndef f(): if\nclass A:\n'''\n"
INNER = CLASS.replace("Doc.", "Doc\n    def x(self): if\n    ")
OUTER = "class O:\n    def a(self): pass\n" + CLASS.replace("\n", "\n    ")
OVERLOADS = ["@o\ndef f(a): ...\n", "@o\ndef f(b): ...\n", "def f(c):\n    return c or 1\n"]
PAIRS = {
    "one function of two": (F + TAIL, G + TAIL),
    "added": (TAIL, G + TAIL),
    "removed": (G + TAIL, TAIL),
    "swapped": (G + TAIL, TAIL + G),
    "first line": ("x = 1\n" + TAIL, "x = 2\n" + TAIL),
    "no newline at the end": (F.rstrip("\n") + TAIL, G + TAIL.rstrip("\n")),
    "decorators move with their function": ("@a\n@b(\n    1,\n)\n" + F, "@a\n@b(\n    2,\n)\n" + F),
    "a method": (CLASS, GROWN),
    "a method's decorator": (CLASS, CLASS.replace("@d", "@e")),
    "the class's head": (CLASS, GROWN.replace("A(B)", "A(C)")),
    "the last method": (CLASS + TAIL, CLASS.replace("pass", "return 2 if 3 else 4") + TAIL),
    "a method that calls itself": (CLASS, CLASS.replace("pass", "return self.g() or 1")),
    "code after the class": (
        CLASS + "A.x = 2\nif A:\n    def f(): pass\n",
        GROWN + "A.x = 3\nif A:\n    def f(): 1 or 2\n",
    ),
    "nested classes": (OUTER, OUTER.replace("pass", "1 or 2", 1)),
    "overloads": (
        "".join(OVERLOADS),
        OVERLOADS[0] + "@o\ndef f(d): ...\n" + "".join(OVERLOADS[1:]).replace("1", "1 or 2"),
    ),
    "two classes of one name": (CLASS + CLASS, CLASS + GROWN),
    "tabs": (CLASS.replace("    ", "\t"), GROWN.replace("    ", "\t")),
    "reindented": (CLASS, CLASS.replace("    ", "  ")),
    "carriage returns": (CLASS, GROWN.replace("\n", "\r\n")),
    "byte order mark": (CLASS, "\ufeff" + GROWN),
    "def in a docstring": (DOC + TAIL, DOC.replace("f()", "g()") + TAIL + G),
    "def in a class's docstring": (INNER, INNER.replace("return 1", "return 1 or 2")),
    "text at the margin in a docstring": (
        CLASS.replace("return 1", "'''x\ny'''"),
        CLASS.replace("return 1", "'''x\nz'''").replace("pass", "return 1 or 2"),
    ),
    "names in another alphabet": ("class Größe:\n    def f(self): pass\n", "class Größe:\n    def f(self): 1 or 2\n"),
    "a comment that names an encoding": (
        "x = 1\ny = 2\n" + TAIL + "# coding: latin-1\n",
        "x = 1\ny = 2\n" + TAIL + "# coding: ascii\ndef f(): return 'ß' or 1\n",
    ),
    "utf-8 by declaration": ("# -*- coding: utf-8 -*-\n" + CLASS, "# -*- coding: utf-8 -*-\n" + GROWN),
}


@pytest.mark.parametrize(("old", "new"), PAIRS.values(), ids=PAIRS.keys())
def test_the_difference_is_that_of_the_whole_files(old: str, new: str) -> None:
    assert agree(old.encode(), new.encode())
    assert agree(new.encode(), old.encode())


def ifs(count: int, name: str = "x", margin: str = "    ") -> str:
    """Return so many decisions."""
    return "".join(f"{margin}if {name}{number}: y\n" for number in range(count))


# Columns that lie (a form feed sets them back, of a blank line that is continued the first one counts), continued
# lines, brackets and decorators that others would close, and several definitions of one name.
COPY = "def f(a):\n" + ifs(9, "t")
COPIES = "def f(a):\n    if a: b\n    if c: d\n"
FIRST, OTHER = "    \\\ndef i(): pass\n", "    \\\ndef j(): pass\n"
ATTACKS = {
    "a class's head that is continued": (
        "class A:\n    x = 1\n    def f(self): pass\n",
        "class A:\n    x = 1; \\\n    def f(self): pass\n",
    ),
    "a function that is continued": ("def a(): pass\ndef b(): pass\n", "def a(): x = 1; \\\ndef b(): return 1\n"),
    "an empty function that is continued": ("def a(): pass\ndef b(): pass\n", "def a(): \\\ndef b(): return 1\n"),
    "a method that is continued": (
        "class A:\n    def f(self): pass\n    def g(self): pass\n    def h(self): pass\n",
        "class A:\n    def f(self): x = 1; \\\n    def g(self): pass\n    def h(self): 1\n",
    ),
    "a decorator left alone": (
        "x = 1\n@d('''\ndef x\n''')\ndef f(): pass\n",
        "x = 1\n@d('''\ndef x\n''')\n",
    ),
    "a function inside brackets": ("def a():\n    x = (1\n@ 2)\n", "def a():\n    x = (1\ndef k(): pass\n@ 2)\n"),
    "async before another": (
        "async \\\ndef f(): pass\nclass B: pass\n",
        "async \\\nclass B: pass\ndef f(): pass\n",
    ),
    "a form feed at the margin, then a member": (
        "class A:\n    def f(self): pass\n\fA.x = 1\n",
        "class A:\n    def f(self): pass\n\fA.x = 1\n    def more(self): pass\n",
    ),
    "a form feed at the margin, new function": (
        "class A:\n    def f(self): pass\n    def inner(self): pass\n" + ifs(9),
        "class A:\n    def f(self): pass\n\fdef g():\n    pass\n    def inner(self): pass\n" + ifs(9),
    ),
    "a form feed at the margin, growth": (
        "class A:\n    def e(self): pass\n"
        + ifs(9)
        + "    def f(self): pass\n\fdef g():\n    def h(): pass\n    return 1\n",
        "class A:\n    def e(self): pass\n    def f(self): pass\n\fdef g():\n    def h(): pass\n"
        + ifs(9)
        + "    return 1\n",
    ),
    "copies of a function around one that grows": (COPY + F + COPY, "def f(a):\n" + ifs(9) + COPY),
    "copies of a function in another order": (
        "def f(z):\n    pass\n" + COPIES,
        COPIES + "def f(q):\n    pass\n" + COPIES,
    ),
    "copies of a class": (
        "class B:\n" + ifs(9) + "    def f(self): pass\n    if z: y\n",
        "class B:\n    if z: y\nclass B:\n" + ifs(9) + "    def f(self): pass\n",
    ),
    "copies under conditions": (
        "if a:\n    def f(): pass\nelse:\n    def f(): 1 or 2\n" + G,
        "if a:\n    def f(): pass\nelse:\n    def f(): 1 or 2\n" + G.replace("1", "2 or 3"),
    ),
    "names that are one to Python": ("def ﬁ(): pass\n" + F, "def ﬁ(): pass\ndef fi(): 1 or 2\n" + F),
    "pieces in another order": (
        "def m():\n"
        + FIRST
        + ifs(5, "a")
        + OTHER
        + "    return 1\ndef n():\n"
        + FIRST
        + ifs(5, "b")
        + OTHER
        + "    return 2\n",
        "def m():\n"
        + FIRST
        + ifs(5, "a")
        + FIRST
        + ifs(5, "b")
        + OTHER
        + "    return 1\ndef n():\n"
        + OTHER
        + "    return 2\n",
    ),
    "a column that is not the class's": (
        "class A:\n    if x:\n        \\\n    pass\n    def f(self): pass\n",
        "class A:\n    if x:\n        \\\n    pass\n    def f(self): 1 or 2\n",
    ),
}


@pytest.mark.parametrize(("old", "new"), ATTACKS.values(), ids=ATTACKS.keys())
def test_attacks_find_nothing_that_the_whole_files_do_not_tell(old: str, new: str) -> None:
    agree(old.encode(), new.encode())
    agree(new.encode(), old.encode())


def test_thousands_of_pieces_are_not_joined() -> None:
    many = "".join(f"class A{number}:\n    def f(self): pass\n" for number in range(1200))
    assert difference(many.encode(), many.replace("pass", "1 or 2").encode()) is None
    assert agree(many.encode(), many.replace("pass", "1 or 2", 1).encode())


def test_only_what_differs_is_left() -> None:
    old = CLASS + TAIL + "def f(a):\n" + BODY
    records = difference(old.encode(), old.replace("        pass", "        return 1 or 2").encode())
    assert records is not None
    assert [[unit.qualname for unit in record.units] for record in records] == [["A.g"], ["A.g"]]
    assert [unit.line for record in records for unit in record.units] == [10, 10]


MODULE = "x = 1\ny = 2\n"
WHOLE = {
    "code of the module": (MODULE + TAIL, MODULE + "if x:\n    pass\n" + TAIL),
    "code of a class": (CLASS, CLASS.replace("x = 1", "x = 1 or 2")),
    "code of a class, between methods": (CLASS, CLASS.replace("    @d", "    if x:\n        y = 1\n\n    @d")),
    "a suppression": (CLASS + "# agentops: allow[AG601] x\n", CLASS + "# agentops: allow[AG601] y\n"),
    "a syntax error": (CLASS, CLASS.replace("pass", "pass pass")),
    "a method that lost its body": (CLASS, CLASS.replace("        pass\n", "")),
    "an if that lost its body": ("if a:\n    pass\n" + TAIL, "if a:\n" + TAIL),
    "another encoding": ("# coding: latin-1\n" + CLASS, "# coding: latin-1\n" + GROWN),
    "an encoding that only the parser sees": ("x = 1 # coding\n" + CLASS, "x = 1 # coding\n" + GROWN),
    "UTF-16": (CLASS, "\ufffe" + CLASS.encode("utf-16-le").decode("latin-1")),
    "NUL": (CLASS, CLASS.replace("pass", "'\0'")),
    "an open string": (CLASS, CLASS + "'''\n"),
    "a string that is never closed, with a function in it": ("'''\n" + CLASS, "'''\n" + GROWN),
    "an open bracket": (CLASS, CLASS + "(\n"),
    "a bracket that another piece would close": (
        "def a():\n    return (1)\n" + TAIL + "@d\n" + F,
        "def a():\n    return (1\n" + TAIL + "@d\n)\n" + F,
    ),
    "a product in brackets": ("x = (a\n@ b)\n" + TAIL, "x = (a\n@ c)\n" + TAIL),
    "a product by continuation": ("x = a \\\n@ b\n" + F, "x = a \\\n@ b\n" + G),
}


@pytest.mark.parametrize(("old", "new"), WHOLE.values(), ids=WHOLE.keys())
def test_what_cannot_be_told_from_parts_is_measured_whole(old: str, new: str) -> None:
    assert difference(old.encode(), new.encode()) is None


# From Python 3.12 on these end elsewhere than their quotes say: a cut that trusts them would hide code in strings.
FORMATTED = [
    'f"{x["\'\'\'"]}"',
    "f\"{x['}']} \"'''",
    "f'{x['a']}'",
    "rf'{x['a']}'",
    "Fr'{x['a']}'",
    'f"}}{ {**{}, 1: d["\'\'\'"]} }"',
    "f'''{a['''b''']}'''",
    "f'{a # '\n}'",
    "f'{a:{b['c']}}'",
    "f'\\{a['b']}'",
    "t'{x['a']}'",
]


@pytest.mark.parametrize("text", FORMATTED)
def test_a_quote_inside_a_replacement_field_is_not_trusted(text: str) -> None:
    source = f"x = {text}\n{TAIL}"
    assert difference(source.encode(), (source + "def f(a):\n" + BODY).encode()) is None


PLAIN = [
    "f'{x!r:>{w}} {{}}'",
    "f\"{d['k']} {{\"",
    "f'''{a}\n{b:%Y}'''",
    'rf"\\d{n}"',
    "f'''{d[\"k\"]}'''",
    "f''",
    "f'{{{x}}}'",
    "1 if'x'else 2",
]


@pytest.mark.parametrize("text", PLAIN)
def test_ordinary_formatted_strings_are_cut_around(text: str) -> None:
    source = f"x = {text}\n{TAIL}"
    assert agree(source.encode(), (source + "def f(a):\n" + BODY).encode())


def _delete(lines: list[bytes], at: int, chance: random.Random) -> None:
    del lines[at : at + chance.randint(1, 4)]


def _repeat(lines: list[bytes], at: int, chance: random.Random) -> None:
    lines[at:at] = lines[at : at + chance.randint(1, 8)]


def _move(lines: list[bytes], at: int, chance: random.Random) -> None:
    taken = lines[at : at + chance.randint(1, 12)]
    del lines[at : at + len(taken)]
    where = chance.randrange(len(lines) + 1)
    lines[where:where] = taken


def _indent(lines: list[bytes], at: int, chance: random.Random) -> None:
    for number in range(at, min(at + chance.randint(1, 10), len(lines))):
        lines[number] = b"    " + lines[number]


def _dedent(lines: list[bytes], at: int, chance: random.Random) -> None:
    for number in range(at, min(at + chance.randint(1, 10), len(lines))):
        lines[number] = lines[number].removeprefix(b"    ")


def _insert(lines: list[bytes], at: int, chance: random.Random) -> None:
    margin = lines[at][: len(lines[at]) - len(lines[at].lstrip())].strip(b"\n")
    lines.insert(at, margin + chance.choice(INSERTED) + b"\n")


def _character(lines: list[bytes], at: int, chance: random.Random) -> None:
    column = chance.randrange(len(lines[at]))
    lines[at] = lines[at][:column] + chance.choice(CHARACTERS) + lines[at][column + chance.randint(0, 1) :]


INSERTED = [
    *(b"if a: b()", b"x = 1 if a else 2", b"def f(a): return a or 1", b"class A:", b"@d", b"'''", b'"""', b"else:"),
    *(b"(", b")", b"f'{a['", b"# coding: x", b"async def g(): pass", b"    def f(self): pass", b"\\"),
]
CHARACTERS = [
    b"\f",
    b"\\\n",
    b"    \\\n",
    b"'",
    b'"',
    b"#",
    b"\\",
    b"(",
    b")",
    b"[",
    b"{",
    b"}",
    b"\n",
    b" ",
    b"\t",
    b"@",
    b":",
    b"'''",
    b"f'",
]
Edit = Callable[[list[bytes], int, random.Random], None]
EDITS: list[Edit] = [_delete, _repeat, _move, _indent, _dedent, _insert, _insert, _character]


def edited(text: bytes, chance: random.Random) -> bytes:
    """Return ``text`` with one to three edits, many of which break it."""
    lines = text.splitlines(keepends=True)
    for _ in range(chance.randint(1, 3)):
        if lines:
            chance.choice(EDITS)(lines, chance.randrange(len(lines)), chance)
    return b"".join(lines)


FILES = [
    "argparse.py",
    "dataclasses.py",
    "typing.py",
    "enum.py",
    "test/test_grammar.py",
    "textwrap.py",
    "contextlib.py",
]


@pytest.mark.parametrize("seed", range(8))
def test_edits_at_random(seed: int) -> None:
    chance = random.Random(seed)
    library = Path(sysconfig.get_paths()["stdlib"])
    texts = [path.read_bytes() for path in (library / name for name in FILES) if path.exists()]
    used = 0
    for _ in range(25):
        old = chance.choice(texts)
        used += agree(old, edited(old, chance))
    assert used, "nothing was compared"


def test_growth_is_found_wherever_it_is_put() -> None:
    # Every line of a file in turn is where a decision is added.
    lines = (CLASS + TAIL + branchy("f", 3)).splitlines(keepends=True)
    grown = 0
    for number, line in enumerate(lines):
        margin = " " * (len(line) - len(line.lstrip(" ")))
        new = "".join([*lines[:number], f"{margin}if a: b()\n", *lines[number:]])
        grown += agree("".join(lines).encode(), new.encode())
    assert grown > len(lines) // 3
