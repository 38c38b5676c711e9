"""Generated and vendored marks: what takes nothing out of sight, and what does."""

from __future__ import annotations

import pytest

from agentops_gates.policy.marks import Mark, added, marks

SAME = {
    "nothing": ("a linguist-generated", "a linguist-generated"),
    "other attributes": ("", "*.sh text eol=lf\n*.png binary\na -linguist-documentation\n"),
    "comment": ("", "# a linguist-generated"),
    "mark removed": ("a linguist-generated\nb linguist-vendored", "b linguist-vendored"),
    "kept from being marked": ("a linguist-generated", "a linguist-generated\na/x -linguist-generated"),
    "switched off in words": ("", "a linguist-generated=false"),
    "spelled out": ("a linguist-generated", "a linguist-generated=true"),
    "unspecified": ("", "a !linguist-generated"),
    "white space": ("a linguist-generated", "  a\t linguist-generated   diff\r"),
    "harmless macro": ("", "[attr]x text\n* x"),
    "use of no macro": ("", "* x"),
}
MORE = {
    "mark": ("", "a linguist-generated", ["`a` becomes linguist-generated"]),
    "both": (
        "",
        "* linguist-generated linguist-vendored=true",
        ["`*` becomes linguist-generated", "`*` becomes linguist-vendored"],
    ),
    "quoted": ("", '"a b" linguist-generated', ['`"a b"` becomes linguist-generated']),
    "exception removed": (
        "a linguist-generated\na/x -linguist-generated",
        "a linguist-generated",
        ["`a/x` is no longer kept from being linguist-generated"],
    ),
    "macro": (
        "",
        "[attr]x linguist-generated\n* x",
        ["`[attr]x` becomes linguist-generated", "`*` becomes linguist-generated"],
    ),
    "macro of macros": (
        "[attr]x linguist-generated",
        "[attr]x linguist-generated\n[attr]y text x\n* y",
        ["`[attr]y` becomes linguist-generated", "`*` becomes linguist-generated"],
    ),
    "exchange of lines": (
        "a linguist-generated\na/x -linguist-generated",
        "a/x -linguist-generated\na linguist-generated",
        ["the order of generated and vendored marks changes"],
    ),
    "not UTF-8": ("", "caf\udce9 linguist-generated", ["`caf\udce9` becomes linguist-generated"]),
}


def _marks(text: str, macros: bytes = b"") -> list[Mark]:
    return marks(text.encode("utf-8", "surrogateescape"), macros)


@pytest.mark.parametrize(("old", "new"), SAME.values(), ids=SAME)
def test_nothing_is_marked(old: str, new: str) -> None:
    assert added(_marks(old), _marks(new)) == []


@pytest.mark.parametrize(("old", "new", "words"), MORE.values(), ids=MORE)
def test_more_is_marked(old: str, new: str, words: list[str]) -> None:
    assert added(_marks(old), _marks(new)) == words


def test_a_macro_of_the_root_holds_in_every_folder() -> None:
    assert added([], marks(b"* x", b"[attr]x linguist-vendored")) == ["`*` becomes linguist-vendored"]
