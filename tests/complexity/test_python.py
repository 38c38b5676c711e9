"""Python files: names, places and hashes of units; every kind of input, none of which may raise or warn."""

from __future__ import annotations

import gc
import os
import sys
import sysconfig
import warnings
from collections import Counter
from collections.abc import Iterator
from inspect import CO_OPTIMIZED
from types import CodeType

import pytest

from agentops_gates.complexity.measure import measure
from agentops_gates.complexity.python import TOO_DEEP, measure_python
from agentops_gates.complexity.unit import Unit

VERSION = f"Python {sys.version_info[0]}.{sys.version_info[1]}"


def units(source: str | bytes) -> dict[str, Unit]:
    record = measure_python(source.encode() if isinstance(source, str) else source)
    assert not record.problem
    return {unit.qualname: unit for unit in record.units}


HARMLESS = {
    "empty": b"",
    "a comment without a newline": b"# nothing",
    "invalid escape": b"x = '\\d'\n",
    "comparison with a literal": b"x = a is 1\n",
    "tuple that is called": b"x = (1, 2)(3)\n",
    "number that touches a keyword": b"x = 1if a else 2\n",
    "assert on a tuple": b"assert (a, 'b')\n",
    "return in finally": b"def f():\n    try:\n        pass\n    finally:\n        return 1\n",
    "BOM and CRLF": b"\xef\xbb\xbfdef f():\r\n    return 1\r\n",
    "CR only": b"def f():\r    return 1\r",
    "form feed": b"x = 1\n\x0c\ndef f():\n    return 1\n",
    "latin-1 with a cookie": "# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1"),
    "cookie in the second line": "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '€'\n".encode("cp1252"),
    "utf-8 by an odd name": "# coding: utf-8-unix\nx = 'é'\n".encode(),
    "UTF-8 identifiers": "def größe():\n    return größe()\n".encode(),
    "the word coding in a comment": "# this is about coding in é\nx = 1\n".encode(),
}


@pytest.mark.parametrize("blob", HARMLESS.values(), ids=HARMLESS.keys())
def test_measured_without_a_problem_or_a_warning(blob: bytes) -> None:
    filters = warnings.filters[:]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("error")
        record = measure_python(blob)
    assert (record.problem, caught) == ("", [])
    assert record.units[0].qualname == "<module>"
    assert warnings.filters == filters


PROBLEMS = {
    "syntax error": (b"x = 1\ny = 2\nz = (\n", "does not parse under {version}: '(' was never closed (line 3)"),
    "indentation": (b"if a:\nb\n", "does not parse under {version}: expected an indented block"),
    "newer grammar or none": (b"x = t't' t't\n", "does not parse under {version}: "),
    "bad UTF-8": (b"x = '\xff'\n", "is not valid UTF-8 and declares no encoding"),
    "bad UTF-8 in a comment": (b"# \xff\n", "is not valid UTF-8 and declares no encoding"),
    "bad UTF-8, declared": (b"# coding: utf-8\nx = '\xff'\n", "is not valid in the encoding it declares (utf-8)"),
    "unknown encoding": (b"# coding: klingon\nx = 1\n", "is not valid in the encoding it declares (klingon)"),
    "encoding that is none": (b"# coding: rot13\nx = 1\n", "is not valid in the encoding it declares (rot13)"),
    "BOM against the cookie": (b"\xef\xbb\xbf# coding: latin-1\nx = 1\n", "does not parse under {version}: "),
    "UTF-16": ("x = 1\n".encode("utf-16"), "is encoded as UTF-16"),
    "NUL": (b"x = 1\ny = 2\nz = '\0'\n", "holds a NUL byte (line 3)"),
    "number beyond the limit": (b"x = " + b"9" * 5000 + b"\n", "does not parse under {version}: Exceeds the limit"),
    "brackets too deep": (b"(" * 300 + b")" * 300, "does not parse under {version}: too many nested parentheses"),
}


@pytest.mark.parametrize(("blob", "problem"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_problem_in_one_clause(blob: bytes, problem: str) -> None:
    record = measure_python(blob)
    assert record.problem.startswith(problem.format(version=VERSION))
    assert record.units == record.suppressions == ()
    assert "\n" not in record.problem


def test_a_problem_cannot_carry_control_characters() -> None:
    # The parser quotes characters of the file; one that turns the direction of text would fool the reader.
    assert "\u202e" not in measure_python("x = \u202e1\n".encode()).problem


def test_too_large() -> None:
    assert measure(b"#" * 1_000_001, "python").problem == "is larger than 1,000,000 bytes"
    assert measure(b"#" * 1_000_000, "python").problem == ""


def test_an_elif_chain_of_2000() -> None:
    chain = "".join(f"    elif a == {n}:\n        pass\n" for n in range(1999))
    unit = units(f"def f(a):\n    if a:\n        pass\n{chain}")["f"]
    assert (unit.cyclomatic, unit.cognitive) == (2001, 2000)


def test_a_sum_of_2000_terms() -> None:
    assert units("x = " + " + ".join(["(a or b)"] * 2000))["<module>"].cyclomatic == 2001


@pytest.mark.parametrize(
    "source",
    [
        "x = " + " + ".join(["a"] * 20_000),
        "x = " + "-" * 90_000 + "1",
        "x = a" + ".b()" * 50_000,
        "x = " + "not " * 90_000 + "a",
    ],
    ids=["sum", "signs", "calls", "nots"],
)
def test_what_is_too_deep_for_the_parser_is_said(source: str) -> None:
    # Newer parsers go deeper; either way there is an answer.
    record = measure_python(source.encode())
    assert record.problem == TOO_DEEP or record.units[0].cyclomatic == 1


def test_one_chain_of_20000_operands() -> None:
    assert units("x = " + " or ".join(["a"] * 20_000))["<module>"].cyclomatic == 20_000


def test_the_collector_is_left_as_it_was() -> None:
    assert gc.isenabled()
    measure_python(b"x = (")
    assert gc.isenabled()
    gc.disable()
    try:
        measure_python(b"x = 1")
        assert not gc.isenabled()
    finally:
        gc.enable()


# Attacks: a codec under which the bytes do not show the keywords that the parser will read.
@pytest.mark.parametrize(
    ("cookie", "line"),
    [
        ("utf-7", b"    return a +AG8-r b +AGE-nd c\n"),
        ("unicode_escape", b"    return a \\x6fr b \\x61nd c\n"),
        ("raw_unicode_escape", b"    return a \\u006fr b \\u0061nd c\n"),
        ("cp037", None),
    ],
    ids=["utf-7", "unicode_escape", "raw_unicode_escape", "EBCDIC"],
)
@pytest.mark.parametrize("first", [b"", b"# -*- mode: python -*-\n"], ids=["first line", "second line"])
def test_keywords_hidden_by_an_encoding(cookie: str, line: bytes | None, first: bytes) -> None:
    body = line or "    return a or b and c\n".encode(cookie)
    record = measure_python(first + f"# coding: {cookie}\n".encode() + b"def f(a, b, c):\n" + body)
    found = [unit.cyclomatic for unit in record.units if unit.qualname == "f"]
    # Measured in full, or not at all: never fewer than there are.
    assert found == [3] or record.problem


NAMES = """\
def f():
    def g():
        class B:
            def m(self):
                def h(): pass
    async def g(): pass
class A:
    class C:
        def m(self): pass
    @property
    def x(self): pass
    @x.setter
    def x(self, value): pass
    if f:
        def y(self): pass
    else:
        def y(self): pass
try:
    def z(): pass
except E:
    def z(): pass
"""


def test_qualified_names_are_pythons() -> None:
    found = [(unit.qualname, unit.line) for unit in measure_python(NAMES.encode()).units if unit.kind == "function"]
    assert found == [
        ("f", 1),
        ("f.<locals>.g", 2),
        ("f.<locals>.g.<locals>.B.m", 4),
        ("f.<locals>.g.<locals>.B.m.<locals>.h", 5),
        ("f.<locals>.g", 6),
        ("A.C.m", 9),
        ("A.x", 11),
        ("A.x", 13),
        ("A.y", 15),
        ("A.y", 17),
        ("z", 19),
        ("z", 21),
    ]
    assert Counter(name for name, _ in found) == Counter(compiled_names(compile(NAMES, "names", "exec")))


def compiled_names(code: CodeType) -> Iterator[str]:
    """Yield the qualified names of the functions in a code object, as the compiler made them."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            # Class bodies set __qualname__; lambdas, comprehensions and type parameters have names in brackets.
            if constant.co_flags & CO_OPTIMIZED and not constant.co_name.startswith(("<", "__annotat")):
                yield constant.co_qualname
            yield from compiled_names(constant)


def test_qualified_names_of_the_standard_library() -> None:
    root = sysconfig.get_path("stdlib")
    seen = 0
    for name in (
        "functools",
        "typing",
        "dataclasses",
        "enum",
        "test/test_functools",
        "test/test_typing",
        "unittest/mock",
    ):
        path = os.path.join(root, f"{name}.py")
        if os.path.exists(path):
            with open(path, "rb") as file:
                blob = file.read()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compiled = Counter(compiled_names(compile(blob, path, "exec", dont_inherit=True)))
            seen += compiled.total()
            # The compiler leaves out what can never run; a ``global`` function is the exception that is documented.
            assert not compiled - Counter(unit.qualname for unit in measure_python(blob).units)
    assert seen > 300


def test_what_radon_visits_for_no_function_goes_to_the_home() -> None:
    found = units(
        """\
@d(a or b)
def f(x=a or b, *, y: (a if b else c) = 1) -> (a and b):
    @d(a or b)
    def g(x=a or b): pass
    class B(a if b else c):
        z = a or b
class A(a or b, metaclass=c or d):
    @d(a or b)
    def m(self, x=a or b):
        def h(x=a or b): pass
"""
    )
    numbers = {name: unit.cyclomatic for name, unit in found.items()}
    assert numbers == {
        "<module>": 1 + 4 + 3 + 2,
        "f": 1,
        "f.<locals>.g": 1,
        "f.<locals>.B.<body>": 2,
        "A.<body>": 1 + 2 + 1,
        "A.m": 1,
        "A.m.<locals>.h": 1,
    }
    assert found["A.<body>"].kind == "class"


def test_class_bodies_without_a_decision_are_no_units() -> None:
    assert list(units("class A:\n    x = 1\n    def m(self): pass\n")) == ["<module>", "A.m"]


def test_lines_and_depths() -> None:
    found = units("\n@d\ndef f(a):\n    while a:\n        with b:\n            if a or (\n                b): pass\n")
    assert (found["f"].line, found["f"].end_line, found["<module>"].end_line) == (3, 7, 7)
    assert found["f"].points == "while:4:0 if:6:1 or:7:1"


BODY = "    if a:\n        return 1\n\n    return '''x\ny'''\n"
SAME = {
    "CRLF": f"def f(a):\n{BODY}".replace("\n", "\r\n"),
    "another name and signature": f"@d\nasync def g(\n    self, a\n) -> int:\n{BODY}",
    "wrapped in a class": "class A:\n    def f(self, a):\n"
    + BODY.replace("\n    ", "\n        ").replace("    if", "        if", 1),
    "blank lines, comments": "def f(a):\n    # why\n" + BODY.replace("\n\n", "\n    # and\n\n") + "# end\n",
    "trailing space": f"def f(a):\n{BODY}".replace(":\n", ":  \n"),
    "encoded otherwise": f"# coding: latin-1\ndef f(a):\n{BODY}",
}


@pytest.mark.parametrize("source", SAME.values(), ids=SAME.keys())
def test_bodies_that_are_equal(source: str) -> None:
    assert _hash(source) == _hash(f"def f(a):\n{BODY}")


OTHER = {
    "another value": BODY.replace("1", "2"),
    "another nesting": "    if a:\n        return 1\n        return '''x\ny'''\n",
    "a statement more": BODY + "    pass\n",
    "another text": BODY.replace("x\n", "z\n"),
}


@pytest.mark.parametrize("body", OTHER.values(), ids=OTHER.keys())
def test_bodies_that_differ(body: str) -> None:
    assert _hash(f"def f(a):\n{body}") != _hash(f"def f(a):\n{BODY}")


def test_body_on_the_line_of_the_signature() -> None:
    assert _hash("def f(a): return a or 1\n") == _hash("def g(\n    b\n): return a or 1  \n")
    assert _hash("def f(a): return a\n") != _hash("def f(a): return b\n")


def test_decorators_are_hashed_apart() -> None:
    first, second = (unit for unit in measure_python(NAMES.encode()).units if unit.qualname == "A.x")
    assert first.decorators != second.decorators
    assert units(NAMES)["f"].decorators == ""
    assert len(first.decorators) == len(first.body) == 16


def _hash(source: str) -> str:
    return next(unit.body for unit in measure_python(source.encode()).units if unit.kind == "function")
