"""Symbolic links under the name of a source file: what is measured elsewhere passes, what hides code is stopped."""

from __future__ import annotations

import pytest
from conftest import Workspace, branchy
from gates.gatelib import brief, judged

BIG = branchy("big", 23)

# Links before, links after (None: removed), findings. Regular files are there on both sides.
FILES = {
    "a.py": BIG,
    "lib/b.py": BIG,
    "lib/x.h": "int x;\n",
    "lib/x.mjs": "\n",
    "payload.txt": BIG,
    "payload.go": BIG,
    "chart/index.js": "\n",
}
QUIET = {
    "to a measured file": ({}, {"link.py": "a.py"}, ["AG605 note link.py"]),
    "to a measured file in a folder": ({}, {"lib/link.py": "../a.py"}, ["AG605 note lib/link.py"]),
    "to a measured file elsewhere": ({}, {"link.py": "/usr/lib/x.py"}, ["AG605 note link.py"]),
    "to a stub's source": ({}, {"link.pyi": "a.py"}, ["AG605 note link.pyi"]),
    "to the other kind of header": ({}, {"x.hpp": "lib/x.h"}, ["AG605 note x.hpp"]),
    "to the other kind of script": ({}, {"x.ts": "lib/x.mjs"}, ["AG605 note x.ts"]),
    "to a folder": ({}, {"chart.js": "chart"}, ["AG605 note chart.js"]),
    "to a folder, with a slash": ({}, {"lib/chart.js": "../chart/"}, ["AG605 note lib/chart.js"]),
    "there before": ({"dark.py": "payload.txt"}, {}, []),
    "removed": ({"dark.py": "payload.txt"}, {"dark.py": None}, []),
    "renamed": ({"dark.py": "payload.txt"}, {"dark.py": None, "darker.py": "payload.txt"}, []),
    "no source by its name": ({}, {"readme": "payload.txt"}, []),
    "aimed at a measured file": ({"dark.py": "payload.txt"}, {"dark.py": "a.py"}, ["AG605 note dark.py"]),
}
HIDDEN = {
    "new": ({}, {"dark.py": "payload.txt"}, "dark.py"),
    "new, in a folder": ({}, {"lib/dark.py": "../payload.txt"}, "lib/dark.py"),
    "to another language": ({}, {"dark.py": "payload.go"}, "dark.py"),
    "of another language": ({}, {"dark.js": "payload.go"}, "dark.js"),
    "aimed elsewhere": ({"dark.py": "a.py"}, {"dark.py": "payload.txt"}, "dark.py"),
    "aimed at the next hidden file": ({"dark.py": "old.txt"}, {"dark.py": "payload.txt"}, "dark.py"),
    "in place of a file": ({}, {"a.py": "payload.txt"}, "a.py"),
    "renamed to source": ({"readme": "payload.txt"}, {"readme": None, "dark.py": "payload.txt"}, "dark.py"),
    "to nothing yet": ({}, {"dark.py": "later.txt"}, "dark.py"),
    "to a name without an ending": ({}, {"dark.py": "payload"}, "dark.py"),
    "out of the repository": ({}, {"dark.py": "../repo/payload.txt"}, "dark.py"),
    "by an absolute path": ({}, {"dark.py": "/proc/self/cwd/payload.txt"}, "dark.py"),
    "disguised": ({}, {"dark.py": "payload.py/../payload.txt"}, "dark.py"),
    "disguised as a folder": ({}, {"dark.py": "payload.txt/."}, "dark.py"),
}


def _change(repo: Workspace, before: dict[str, str], after: dict[str, str | None]) -> str:
    _link(repo, before)
    base = repo.commit("old", FILES)
    _link(repo, after)
    repo.git("add", "-A")
    return base


def _link(repo: Workspace, links: dict[str, str] | dict[str, str | None]) -> None:
    for name, target in links.items():
        path = repo.path / name
        path.unlink(missing_ok=True)
        if target is not None:
            path.parent.mkdir(exist_ok=True)
            path.symlink_to(target)


@pytest.mark.parametrize(("before", "after", "expected"), QUIET.values(), ids=QUIET)
def test_what_hides_nothing(
    repo: Workspace, before: dict[str, str], after: dict[str, str | None], expected: list[str]
) -> None:
    base = _change(repo, before, after)
    assert brief(judged(repo.path, base)) == expected
    assert brief(judged(repo.path, base, head=repo.commit("new"))) == expected


@pytest.mark.parametrize(("before", "after", "path"), HIDDEN.values(), ids=HIDDEN)
def test_what_hides_code(repo: Workspace, before: dict[str, str], after: dict[str, str | None], path: str) -> None:
    base = _change(repo, before, after)
    assert brief(judged(repo.path, base)) == [f"AG604 error {path}"]
    assert brief(judged(repo.path, base, head=repo.commit("new"))) == [f"AG604 error {path}"]


def test_it_is_told(repo: Workspace) -> None:
    base = _change(repo, {}, {"dark.py": "pay\x1bload.txt"})
    (finding,) = judged(repo.path, base)
    assert finding.message == r"this file is a symbolic link to pay\x1bload.txt, which is not measured as python"
    assert finding.fix == "keep the code in a file whose name tells its language, and link to that"


def test_without_a_base_it_warns(repo: Workspace) -> None:
    _link(repo, {"dark.py": "payload.txt"})
    repo.git("add", "-A")
    assert brief(judged(repo.path)) == ["AG604 warning dark.py"]


def test_a_link_that_one_parent_has_is_not_new(repo: Workspace) -> None:
    start = repo.commit("start", FILES)
    ours = repo.commit("ours", {"c.py": "\n"})
    repo.git("checkout", "-q", "-b", "side", start)
    _link(repo, {"dark.py": "payload.txt"})
    theirs = repo.commit("theirs")
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-commit", "side")
    assert brief(judged(repo.path, ours, theirs)) == []
    assert brief(judged(repo.path, ours)) == ["AG604 error dark.py"]
