"""The gate over real repositories: what must pass first, then what must not, then the attacks."""

from __future__ import annotations

import os
import subprocess
import sys
from textwrap import indent

import pytest
from conftest import Workspace, branchy
from gates.gatelib import brief, judged, outcome
from radon.complexity import cc_rank

from agentops_gates.complexity.cache import Cache
from agentops_gates.complexity.findings import measured
from agentops_gates.complexity.measure import Measurer, engine_id
from agentops_gates.complexity.wording import rank
from agentops_gates.git.repo import Repo
from agentops_gates.model.subject import Door

BIG = branchy("big", 23)
BIGGER = branchy("big", 26)
OTHER = branchy("other", 24).replace("x == ", "y[1] > ").replace("x += 1", "print(x)")
STUB = "@overload\ndef big(x: int) -> int: ...\n\n\n"
METHODS = (
    "class A:\n    @property\n" + branchy("size", 2, "    ") + "\n    @size.setter\n" + branchy("size", 23, "    ")
)
NESTED = "def outer(x):\n" + branchy("inner", 3, "    ") + "    return inner(x)\n"


def _class(source: str) -> str:
    return "class Holder:\n" + indent(source.replace("(x)", "(self, x)"), "    ")


PASSES = {
    "nothing changed": ({"a.py": BIG}, {"b.txt": "x"}),
    "legacy function untouched in a touched file": ({"a.py": BIG}, {"a.py": BIG + "\n\n" + branchy("small", 2)}),
    "legacy function edited, not worse": ({"a.py": BIG}, {"a.py": BIG.replace("+= 1", "+= 2")}),
    "legacy function improved": ({"a.py": BIGGER}, {"a.py": BIG}),
    "rises to the limit": ({"a.py": branchy("f", 8)}, {"a.py": branchy("f", 9)}),
    "new at the limit": ({"a.py": "\n"}, {"a.py": branchy("f", 9)}),
    "deleted": ({"a.py": BIG, "b.py": "\n"}, {"a.py": None}),
    "overload stub above": ({"a.py": BIG}, {"a.py": STUB + BIG}),
    "conditional definition above": (
        {"a.py": BIG},
        {"a.py": "if x:\n" + indent(branchy("big", 1), "    ") + "else:\n" + indent(BIG, "    ")},
    ),
    "getter and setter change places": (
        {"a.py": METHODS},
        {"a.py": METHODS.replace("@property", "@@").replace("@size.setter", "@property").replace("@@", "@size.setter")},
    ),
    "file renamed": ({"a.py": BIG}, {"a.py": None, "pkg/b.py": BIG}),
    "file to package": (
        {"m.py": BIG + branchy("f", 30)},
        {
            "m.py": None,
            "m/__init__.py": "from .a import big\nfrom .b import f\n",
            "m/a.py": BIG,
            "m/b.py": branchy("f", 30),
        },
    ),
    "function moved to another file": (
        {"a.py": BIG + "x = 1\n" * 90, "b.py": "\n"},
        {"a.py": "x = 1\n" * 90, "b.py": BIG},
    ),
    "function renamed": ({"a.py": BIG}, {"a.py": BIG.replace("big", "large")}),
    "wrapped in a class": ({"a.py": BIG}, {"a.py": _class(BIG)}),
    "class renamed": ({"a.py": _class(BIG)}, {"a.py": _class(BIG).replace("Holder", "Keeper")}),
    "sync to async": ({"a.py": BIG}, {"a.py": "async " + BIG}),
    "line ends flipped": ({"a.py": BIG}, {"a.py": BIG.replace("\n", "\r\n")}),
    "byte order mark": ({"a.py": BIG}, {"a.py": "\ufeff" + BIG}),
    "asserts": ({"a.py": branchy("f", 9)}, {"a.py": branchy("f", 9) + "    assert f\n" * 9}),
    "excluded": ({"a.py": "\n"}, {"vendor/a.py": BIG}),
}
FAILS = {
    "rose above the limit": ({"a.py": branchy("f", 8)}, {"a.py": branchy("f", 10)}, ["AG601 error f 9>11"]),
    "legacy function rose": ({"a.py": BIG}, {"a.py": BIGGER}, ["AG601 error big 24>27"]),
    "new above the limit": ({"a.py": "\n"}, {"a.py": branchy("f", 10)}, ["AG602 error f None>11"]),
    "new file": ({"b.py": "\n"}, {"a.py": branchy("f", 10)}, ["AG602 error f None>11"]),
    "closure": (
        {"a.py": NESTED},
        {
            "a.py": NESTED.replace("(x):\n    return", "(x)", 1).replace(
                branchy("inner", 3, "    "), branchy("inner", 12, "    ")
            )
        },
        ["AG601 error outer.<locals>.inner 4>13"],
    ),
    "under the stub": ({"a.py": BIG}, {"a.py": STUB + BIGGER}, ["AG601 error big 24>27"]),
    "getter": (
        {"a.py": METHODS},
        {"a.py": METHODS.replace(branchy("size", 2, "    "), branchy("size", 12, "    "))},
        ["AG601 error A.size 3>13"],
    ),
    "setter": (
        {"a.py": METHODS},
        {"a.py": METHODS.replace(branchy("size", 23, "    "), branchy("size", 24, "    "))},
        ["AG601 error A.size 24>25"],
    ),
    "rename and edit of the file": ({"a.py": BIG}, {"a.py": None, "b.py": BIGGER}, ["AG601 error big 24>27"]),
    "rename and edit of the function": (
        {"a.py": BIG},
        {"a.py": BIGGER.replace("big", "large")},
        ["AG601 error large 24>27"],
    ),
    "wrapped and worse": ({"a.py": BIG}, {"a.py": _class(BIGGER)}, ["AG601 error Holder.big 24>27"]),
    "moved and worse": (
        {"a.py": BIG + "x = 1\n" * 90, "b.py": "\n"},
        {"a.py": "x = 1\n" * 90, "b.py": BIGGER},
        ["AG601 error big 24>27"],
    ),
    "one deleted, another added": ({"a.py": BIG}, {"a.py": OTHER}, ["AG602 error other None>25", "AG609 note a.py"]),
    "a second copy": ({"a.py": BIG}, {"a.py": BIG, "b.py": BIG}, ["AG602 error big None>24"]),
    "two copies of what was moved": (
        {"a.py": BIG},
        {"a.py": None, "b.py": BIG, "c.py": BIG},
        ["AG602 error big None>24"],
    ),
    "a dead twin above": (
        {"a.py": BIG},
        {"a.py": "if 0:\n" + indent(BIG, "    ") + BIGGER},
        ["AG602 error big None>27"],
    ),
    "does not parse": ({"a.py": BIG}, {"a.py": BIG + "def\n"}, ["AG603 error a.py"]),
    "new file does not parse": ({"b.py": "\n"}, {"a.py": "def\n"}, ["AG603 error a.py"]),
    "not decodable any more": ({"a.py": BIG}, {"a.py": BIG.encode() + b"x = '\xff'\n"}, ["AG604 error a.py"]),
    "NUL": ({"a.py": BIG}, {"a.py": BIG.encode() + b"x = '\0'\n"}, ["AG604 error a.py"]),
}


def _changed(repo: Workspace, old: dict[str, str], new: dict[str, str | bytes | None]) -> tuple[str, str]:
    return repo.commit("old", old), repo.commit("new", new)


@pytest.mark.parametrize(("old", "new"), PASSES.values(), ids=PASSES)
def test_passes(repo: Workspace, old: dict[str, str], new: dict[str, str | bytes | None]) -> None:
    base, head = _changed(repo, old, new)
    assert brief(judged(repo.path, base, head=head, exclude=["vendor"])) == []


@pytest.mark.parametrize(("old", "new", "expected"), FAILS.values(), ids=FAILS)
def test_fails(repo: Workspace, old: dict[str, str], new: dict[str, str | bytes | None], expected: list[str]) -> None:
    base, head = _changed(repo, old, new)
    assert brief(judged(repo.path, base, head=head)) == expected


def test_the_index_is_judged_and_not_the_work_tree(repo: Workspace) -> None:
    base = repo.commit("old", {"a.py": BIG})
    repo.write("a.py", BIGGER)
    assert judged(repo.path, base) == []
    repo.git("add", "a.py")
    repo.write("a.py", BIG)
    assert brief(judged(repo.path, base)) == ["AG601 error big 24>27"]


def test_a_finding_says_what_why_where_and_what_to_do(repo: Workspace) -> None:
    base, head = _changed(repo, {"m.py": BIG, "b.py": "y = 1\n"}, {"m.py": None, "b.py": "y = 1\n" + BIGGER})
    (finding,) = judged(repo.path, base, head=head)
    assert finding.message == (
        "`big` (moved from m.py::big) rose 24 -> 27 (cyclomatic complexity, limit 10, rank D): +3 if, lines 49, 51, 53"
    )
    assert (finding.path, finding.line, finding.commit) == ("b.py", 2, head)
    assert finding.fix.startswith("bring it back to 24 or less")
    assert dict(finding.data) == {
        "path": "b.py",
        "qualname": "big",
        "before": 24,
        "after": 27,
        "limit": 10,
        "rank": "D",
        "metric": "cyclomatic",
        "why": ["+3 if, lines 49, 51, 53"],
        "origin": "m.py::big",
    }


def test_ranks_are_radons() -> None:
    assert [rank(number) for number in range(1, 80)] == [cc_rank(number) for number in range(1, 80)]


def test_without_a_base_everything_only_warns(repo: Workspace) -> None:
    head = repo.commit("first", {"a.py": BIG, "b.py": "def\n"})
    found = judged(repo.path, head=head)
    assert brief(found) == ["AG602 warning big None>24", "AG603 warning b.py"]
    repo.git("checkout", "-q", "--orphan", "other")
    assert outcome(judged(repo.path)) == "warn"


def test_a_base_that_does_not_parse_is_said_and_its_functions_are_neither_new_nor_gone(repo: Workspace) -> None:
    base, head = _changed(repo, {"a.py": BIG + "def\n"}, {"a.py": BIGGER})
    assert brief(judged(repo.path, base, head=head)) == ["AG605 warning a.py"]
    still = repo.commit("still broken", {"a.py": "def\ndef\n"})
    assert brief(judged(repo.path, base, head=still)) == ["AG603 warning a.py"]


def test_what_is_no_source_is_named(repo: Workspace) -> None:
    base = repo.commit("old", {"a.py": BIG, "was.py": BIG.replace("big", "was")})
    (repo.path / "link.py").symlink_to("a.py")
    (repo.path / "dark.py").symlink_to("code.txt")
    (repo.path / "was.py").unlink()
    (repo.path / "was.py").symlink_to("code.txt")
    repo.write("n.ipynb", "{}")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{base},sub")
    repo.git("add", ".")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{base},sub")
    assert brief(judged(repo.path, base)) == [
        "AG604 error dark.py",
        "AG604 error was.py",
        "AG605 note link.py",
        "AG605 note n.ipynb",
        "AG605 note sub",
    ]


def test_an_unmerged_path_cannot_be_measured(repo: Workspace) -> None:
    start = repo.commit("start", {"a.py": BIG})
    ours = repo.commit("ours", {"a.py": BIG.replace("x += 1", "x += 2")})
    repo.git("checkout", "-q", "-b", "side", start)
    theirs = repo.commit("theirs", {"a.py": BIG.replace("x += 1", "x += 3")})
    repo.git("merge", "main", check=False)
    assert brief(judged(repo.path, theirs)) == ["AG604 error a.py"]
    assert brief(judged(repo.path, theirs, ours)) == ["AG604 error a.py"]


def test_hostile_names_are_printed_harmlessly(repo: Workspace) -> None:
    name = b"evil\x1b[31m\xff\n.py"
    base = repo.commit("old", {"x": "y"})
    repo.write(name, BIG)
    (finding,) = judged(repo.path, base, head=repo.commit("new"))
    assert finding.path == name.decode("utf-8", "surrogateescape")
    assert finding.message.isprintable()


@pytest.mark.parametrize(("door", "found"), [("local", []), ("ci", ["AG601 error big 24>27"])])
def test_a_forged_cache_fools_nobody_but_its_owner(repo: Workspace, door: Door, found: list[str]) -> None:
    base, head = _changed(repo, {"a.py": BIG}, {"a.py": BIGGER})
    old, new = repo.git("rev-parse", f"{base}:a.py", f"{head}:a.py").split()
    with Repo.open(str(repo.path)) as opened, measured(opened, trusted=True) as cache:
        record = Measurer(opened.objects, Cache(None)).record(old, "python")
        cache.store(f"{old}-{new}", engine_id("python"), record, record)
    assert brief(judged(repo.path, base, head=head, door=door)) == found


def test_another_language(repo: Workspace) -> None:
    def source(decisions: int) -> str:
        body = "".join(f"  if (x === {n}) {{ x += 1; }}\n" for n in range(decisions))
        return f"function big(x) {{\n{body}  return x;\n}}\n"

    base, head = _changed(repo, {"a.js": source(14), "b.js": "\n"}, {"a.js": source(15), "b.js": source(3)})
    (finding,) = judged(repo.path, base, head=head)
    assert brief([finding]) == ["AG601 error big 15>16"]
    assert finding.message.endswith(": no decision points are recorded for javascript")


def test_numbers_of_two_engines_are_not_compared(repo: Workspace) -> None:
    base, head = _changed(repo, {"a.js": BIG}, {"a.js": None, "a.py": BIG})
    assert brief(judged(repo.path, base, head=head)) == ["AG602 error big None>24"]


def test_the_hot_path_imports_little(repo: Workspace) -> None:
    base, head = _changed(repo, {"a.py": BIG}, {"a.py": BIG + "\n\n" + branchy("small", 2)})
    assert judged(repo.path, base, head=head) == []
    code = """
import sys
from agentops_gates.gates import complexity_regression as gate
from agentops_gates.git.repo import Repo
from agentops_gates.model.subject import Subject
from agentops_gates.policy.policy import effective
with Repo.open() as repo:
    policy = effective({}, [gate.META], "test")
    before = set(sys.modules)
    assert list(gate.check(Subject("range", (sys.argv[1],), sys.argv[2]), policy, repo)) == []
print(*sorted(name for name in set(sys.modules) - before if not name.startswith("agentops_gates")))
"""
    args = [sys.executable, "-P", "-c", code, base, head]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(args, cwd=repo.path, env=environment, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= {"zlib"}
