"""A verdict holds on a moved base only where what lands is, tree by tree, what was judged and the base's gain."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import Workspace, make_repository
from gitfixtures import clone
from verdicts.decidelib import MOVE, known, move, statement

from agentops_gates.git.repo import Repo
from agentops_gates.git.transplant import Transplant
from agentops_gates.model.errors import UndecidedError
from agentops_gates.model.verdict import Statement
from agentops_gates.verdicts import derive as module
from agentops_gates.verdicts.derive import Advance, facts, obstacle

H, M = "7" * 40, "6" * 40  # head and middle as judged; MOVE has 3... and 4...
GAIN = Advance("8" * 40, frozenset({"d" * 40}), frozenset({"z.py"}), {"3" * 40: H, "4" * 40: M}.get)


def old(**changes: Any) -> Statement:
    return statement(MOVE, **{"base": "9" * 40, "base_tree": "8" * 40, "head_tree": H, "trees": (M, H), **changes})


def test_no_obstacle() -> None:
    assert obstacle(old(), MOVE, known(advance=GAIN)) == ""
    assert obstacle(old(changes=MOVE.changes[::-1]), MOVE, known(advance=GAIN)) == ""
    merged = MOVE._replace(trees=frozenset({M, "3" * 40}))  # a merge: the topic's own commits stay as they were
    assert obstacle(old(), merged, known(advance=GAIN)) == ""
    squashed = MOVE._replace(trees=frozenset({"3" * 40}))
    assert obstacle(old(), squashed, known(("7" * 40,), GAIN)) == ""
    assert obstacle(old(), squashed, known((), GAIN)) == "the commits are not the same"
    middle = GAIN._replace(origin={"3" * 40: M}.get)
    assert "the result is not what was judged" in obstacle(old(), squashed, known(("7" * 40,), middle))


@pytest.mark.parametrize(
    ("judged", "changes", "gain", "words"),
    [
        pytest.param(old(), (), GAIN, "the commits are not the same", id="no-patch-ids"),
        pytest.param(old(changes=()), (), GAIN, "the commits are not the same", id="none-on-either-side"),
        pytest.param(old(changes=("5" * 40,)), None, GAIN, "the commits are not the same", id="one-commit-less"),
        pytest.param(old(changes=("5" * 40,) * 2), None, GAIN, "the commits are not the same", id="one-twice"),
        pytest.param(old(), None, "gone", "gone", id="no-advance"),
        pytest.param(old(base_tree=H), None, GAIN, "a base tree that its base does not have", id="base-tree"),
        pytest.param(
            old(), None, GAIN._replace(paths=frozenset({"z", "b.py"})), "the base changed b.py too", id="same-file"
        ),
        pytest.param(old(), None, GAIN._replace(trees=frozenset({M})), "has landed before", id="middle-landed"),
        pytest.param(old(), None, GAIN._replace(trees=frozenset({H})), "has landed before", id="head-landed"),
        pytest.param(
            old(), None, GAIN._replace(origin={"4" * 40: M}.get), "the result is not what was judged", id="head"
        ),
        pytest.param(
            old(),
            None,
            GAIN._replace(origin={"3" * 40: M, "4" * 40: M}.get),
            "the result is not",
            id="head-is-the-middle",
        ),
        pytest.param(old(), None, GAIN._replace(origin={"3" * 40: H}.get), "tree 444444444444 is not one", id="middle"),
        pytest.param(
            old(trees=(H,)), None, GAIN, "tree 444444444444 is not one that was judged", id="middle-never-judged"
        ),
    ],
)
def test_obstacle(judged: Statement, changes: Sequence[str] | None, gain: Any, words: str) -> None:
    assert words in obstacle(judged, MOVE, known(MOVE.changes if changes is None else changes, gain))


def origin(repo: Workspace, before: str, after: str, tree: str) -> str | None:
    with Repo.open(str(repo.path)) as opened:
        changes = opened.changes(before, after)
        return Transplant(opened.objects, opened.object_format, changes).origin(
            repo.git("rev-parse", f"{tree}^{{tree}}")
        )


Files = dict[str, str | None]


def commit(repo: Workspace, files: Files) -> str:
    """Commit ``files`` (None deletes), folders made and removed as it needs."""
    for name, content in files.items():
        if content is None:
            repo.git("rm", "-q", "--", name)
    return repo.commit("change", {name: content for name, content in files.items() if content is not None})


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
@pytest.mark.parametrize(
    ("gain", "mine"),
    [
        pytest.param({"new": "1"}, {"a": "2"}, id="file-added"),
        pytest.param({"b": None}, {"a": "2"}, id="file-removed"),
        pytest.param({"b": "9"}, {"d/e/f": "2"}, id="file-changed"),
        pytest.param({"d/e/g": "9", "d/x": "1"}, {"d/e/f": "2", "d/n/m": "1"}, id="same-folder"),
        pytest.param({"x/y/z": "9"}, {"a": "2"}, id="folder-added"),
        pytest.param({"d/e/f": None, "d/e/g": None}, {"a": "2"}, id="folder-removed"),
        pytest.param({"b": None, "b/c": "1"}, {"a": "2"}, id="file-becomes-folder"),
        pytest.param({"d/e/f": None, "d/e/g": None, "d/e": "1"}, {"a": "2"}, id="folder-becomes-file"),
        pytest.param({"b": None, "new/name": "b\n" * 30}, {"a": "2"}, id="moved"),
        pytest.param({"d.x": "1", "d-": "2"}, {"d/e/f": "2"}, id="names-that-sort-around-a-folder"),
        pytest.param({"caf\xe9": "1", "with\nnewline": "2"}, {"a": "2"}, id="odd-names"),
        pytest.param({"b": "9"}, {"a": None, "d/e/f": None, "d/e/g": None}, id="all-of-mine-removed"),
    ],
)
def test_origin_is_the_tree_that_was_judged(tmp_path: Path, object_format: str, gain: Files, mine: Files) -> None:
    repo = make_repository(tmp_path / "repo", f"--object-format={object_format}")
    base = repo.commit("base", {"a": "1", "b": "b\n" * 30, "d/e/f": "1", "d/e/g": "1"})
    judged = commit(repo, mine)
    repo.git("switch", "-q", "--detach", base)
    after = commit(repo, gain)
    repo.git("cherry-pick", judged)
    assert origin(repo, base, after, "HEAD") == repo.git("rev-parse", f"{judged}^{{tree}}")
    assert origin(repo, base, after, after) == repo.git("rev-parse", f"{base}^{{tree}}")


def test_origin_may_be_empty(repo: Workspace) -> None:
    base = repo.commit("nothing")
    after = repo.commit("gain", {"a": "1", "d/e": "1"})
    assert origin(repo, base, after, after) == repo.git("rev-parse", f"{base}^{{tree}}")


@pytest.mark.parametrize(
    ("gain", "now"),
    [
        pytest.param({"b": "9"}, {"b": "evil"}, id="other-content-where-the-base-gained"),
        pytest.param({"b": "9"}, {"b": "1"}, id="gain-undone"),
        pytest.param({"b": "9"}, {"b": None}, id="gain-removed"),
        pytest.param({"new": "1"}, {"new": None}, id="new-file-removed"),
        pytest.param({"b": None}, {"b": "evil"}, id="removed-file-is-back"),
        pytest.param({"b": None}, {"b/c": "evil"}, id="folder-in-place-of-a-removed-file"),
        pytest.param({"b": "9"}, {"b": None, "b/c": "evil"}, id="folder-in-place-of-a-changed-file"),
        pytest.param({"b": None, "b/c": "1"}, {"b/evil": "1"}, id="more-in-a-folder-that-was-a-file"),
        pytest.param({"x/y": "1"}, {"x/y": None, "x": "evil"}, id="file-in-place-of-a-new-folder"),
    ],
)
def test_no_origin_where_the_gain_is_not_whole(repo: Workspace, gain: Files, now: Files) -> None:
    base = repo.commit("base", {"a": "1", "b": "1"})
    after = commit(repo, gain)
    commit(repo, now)
    assert origin(repo, base, after, "HEAD") is None


def test_no_origin_where_the_mode_differs(repo: Workspace) -> None:
    base = repo.commit("base", {"a": "1", "b": "1"})
    after = repo.commit("gain", {"b": "9"})
    repo.git("update-index", "--chmod=+x", "b")
    repo.git("commit", "-q", "-m", "x")
    assert origin(repo, base, after, "HEAD") is None


def doubled(repo: Workspace, treeish: str, name: bytes) -> str:
    """Store a tree in which an entry of ``treeish`` stands twice."""
    raw = repo.run_git("cat-file", "tree", treeish).stdout
    evil = repo.git("hash-object", "-w", "--stdin", stdin=b"evil")
    row = b"100644 " + name + b"\0" + bytes.fromhex(evil)
    return repo.git("hash-object", "-w", "-t", "tree", "--stdin", "--literally", stdin=row + raw)


@pytest.mark.parametrize("name", [b"a", b"b", b"zz"])
def test_no_origin_of_a_tree_that_is_doubled_or_out_of_order(repo: Workspace, name: bytes) -> None:
    base = repo.commit("base", {"a": "1", "b": "1"})
    after = repo.commit("gain", {"b": "9"})
    tree = doubled(repo, f"{after}^{{tree}}", name)
    assert origin(repo, base, after, tree) is None


def test_origin_of_random_histories(tmp_path: Path) -> None:
    """Gain and change in disjoint places, then an attack on one entry: found exactly where the change was whole."""
    repo = make_repository(tmp_path / "repo")
    chance = random.Random(5)
    names = [f"{top}{middle}{end}" for top in ("", "p/", "q/") for middle in ("", "r/") for end in "abc"]
    base = repo.commit("base", {name: name for name in names})
    for _ in range(12):
        split = chance.sample(names, 8)
        edits: list[Files] = [
            {name: chance.choice([None, f"{name} new", "x"]) for name in part} for part in (split[:4], split[4:])
        ]
        repo.git("checkout", "-q", "--detach", base)
        judged = repo.commit("mine", edits[0])
        repo.git("checkout", "-q", "--detach", base)
        after = repo.commit("gain", edits[1])
        repo.git("cherry-pick", judged)
        tree = repo.git("rev-parse", f"{judged}^{{tree}}")
        assert origin(repo, base, after, "HEAD") == tree
        repo.write(chance.choice(names), "evil")
        repo.commit("evil")
        assert origin(repo, base, after, "HEAD") != tree


def test_missing_tree_is_undecided(repo: Workspace) -> None:
    base = repo.commit("base", {"d/a": "1", "b": "1"})
    after = repo.commit("gain", {"d/a": "2"})
    repo.commit("mine", {"d/c": "1"})
    oid = repo.git("rev-parse", "HEAD:d")
    (repo.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    with pytest.raises(UndecidedError):
        origin(repo, base, after, "HEAD")


def test_facts_are_read_once(repo: Workspace) -> None:
    base = repo.commit("base", {"a": "1"})
    repo.commit("gain", {"b": "1"})
    onto = repo.head()
    repo.commit("mine", {"c": "1"})
    now = move(repo, onto)
    with Repo.open(str(repo.path)) as opened:
        found = facts(opened, now)
        assert found.changes() == now.changes
        assert found.changes() is found.changes()
        gain = found.advance(base)
        assert isinstance(gain, Advance)
        assert found.advance(base) is gain
        assert gain.paths == {"b"}
        assert gain.trees == {repo.git("rev-parse", f"{onto}^{{tree}}")}
        assert gain.base_tree == repo.git("rev-parse", f"{base}^{{tree}}")


@pytest.mark.parametrize("name", ["", "HEAD", "0" * 40, "f" * 40, "1" * 64, "--all", "a" * 39, "\n"])
def test_a_hostile_base_is_only_words(repo: Workspace, name: str) -> None:
    repo.commit("base", {"a": "1"})
    repo.commit("mine", {"a": "2"})
    with Repo.open(str(repo.path)) as opened:
        words = facts(opened, move(repo, "HEAD~1")).advance(name)
    assert isinstance(words, str)
    assert "is not known here" in words
    assert words.isprintable()


def test_a_tag_is_no_base(repo: Workspace) -> None:
    repo.commit("base", {"a": "1"})
    repo.git("tag", "-a", "-m", "m", "v1")
    repo.commit("gain", {"b": "1"})
    repo.commit("mine", {"c": "1"})
    with Repo.open(str(repo.path)) as opened:
        assert "is not known here" in str(facts(opened, move(repo, "HEAD~1")).advance(repo.git("rev-parse", "v1")))


def test_a_base_that_is_too_far_behind(repo: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    base = repo.commit("base", {"a": "1"})
    for n in range(3):
        repo.commit("gain", {"b": str(n)})
    onto = repo.head()
    repo.commit("mine", {"c": "1"})
    for most, far in ((2, True), (3, False)):
        monkeypatch.setattr(module, "MOST", most)
        with Repo.open(str(repo.path)) as opened:
            found = facts(opened, move(repo, onto)).advance(base)
        assert (found == "the base is more than 2 commits ahead of it") is far


def test_cut_history_below_the_base_is_undecided(repo: Workspace, tmp_path: Path) -> None:
    """Whoever cannot see what the base gained must not derive, and fetching mends it."""
    base = repo.commit("base", {"a": "1"})
    for n in range(4):
        repo.commit("gain", {"b": str(n)})
    onto = repo.head()
    repo.commit("mine", {"c": "1"})
    near = clone(repo, tmp_path / "near", "--depth=3")
    near.git("fetch", "-q", "--depth=1", "origin", base)
    now = move(near, onto)
    with Repo.open(str(near.path)) as opened, pytest.raises(UndecidedError, match="shallow") as caught:
        facts(opened, now).advance(base)
    assert caught.value.fix == "git fetch --unshallow"
    near.git("fetch", "-q", "--unshallow")
    with Repo.open(str(near.path)) as opened:
        assert isinstance(facts(opened, now).advance(base), Advance)


def test_base_in_the_future_or_the_same_is_no_base(repo: Workspace) -> None:
    repo.commit("base", {"a": "1"})
    repo.commit("mine", {"a": "2"})
    now = move(repo, "HEAD~1")
    with Repo.open(str(repo.path)) as opened:
        for oid in (now.base, now.head):
            assert "is not part of the history" in str(facts(opened, now).advance(oid))
