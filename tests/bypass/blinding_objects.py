"""Attacks on what git says of objects and history; each shows first that whoever asks git naively is fooled."""

from __future__ import annotations

import zlib
from pathlib import Path

from bypass.blindlib import BAD, Attack, Attacks, Scene
from gitfixtures import forge_commit_graph

ATTACKS: Attacks = {}


def _on(evil: str, name: str):
    return Attack.register(ATTACKS, name, evil)


@_on("other", "replace-commit")
def _(scene: Scene) -> None:
    scene.client.git("replace", "main", "good")
    scene.publish(f"refs/replace/{scene.oid('main')}")
    assert scene.client.git("rev-parse", "main^{tree}") == scene.client.git("rev-parse", "good^{tree}")


@_on("worse", "replace-blob")
def _(scene: Scene) -> None:
    scene.client.git("replace", "main:a.py", "good:a.py")
    scene.publish(f"refs/replace/{scene.oid('main:a.py')}")
    assert scene.client.git("show", "main:a.py") == "x = 2"


@_on("other", "replace-base")
def _(scene: Scene) -> None:
    scene.client.git("update-ref", f"refs/evil/{scene.oid('main')}", "good")
    scene.env["GIT_REPLACE_REF_BASE"] = "refs/evil/"
    tree = scene.client.git("rev-parse", "main^{tree}", env=scene.env)
    assert tree == scene.client.git("rev-parse", "good^{tree}")


def _hides(scene: Scene) -> None:
    # Or git itself would not even ask: it sees no way from the one to the other.
    scene.spec = f"+{scene.spec}"
    assert scene.client.git("rev-list", "--count", "main", "^base", env=scene.env) == "1"


@_on("hidden", "grafts")
def _(scene: Scene) -> None:
    scene.write_everywhere("info/grafts", f"{scene.oid('main')} {scene.oid('base')}\n")
    _hides(scene)


@_on("hidden", "graft-file")
def _(scene: Scene) -> None:
    file = scene.aside / "grafts"
    file.write_text(f"{scene.oid('main')} {scene.oid('base')}\n")
    scene.env["GIT_GRAFT_FILE"] = str(file)
    _hides(scene)


@_on("hidden", "shallow")
def _(scene: Scene) -> None:
    (scene.client.path / ".git" / "shallow").write_text(f"{scene.oid('main')}\n")
    _hides(scene)


@_on("hidden", "shallow-file")
def _(scene: Scene) -> None:
    file = scene.aside / "shallow"
    file.write_text(f"{scene.oid('main')}\n")
    scene.env["GIT_SHALLOW_FILE"] = str(file)
    _hides(scene)


@_on("hidden", "commit-graph")
def _(scene: Scene) -> None:
    forge_commit_graph(scene.client, scene.oid("main"), scene.oid("base"))
    _hides(scene)


@_on("other", "tracking-ref")
def _(scene: Scene) -> None:
    scene.client.git("update-ref", "refs/remotes/origin/main", "main")


def _loose(scene: Scene, name: str) -> Path:
    oid = scene.oid(name)
    return scene.client.path / ".git" / "objects" / oid[:2] / oid[2:]


def _lie(scene: Scene, kind: str, name: str, truth: str) -> None:
    """Let the object ``name`` have the content of ``truth``."""
    content = scene.client.run_git("cat-file", kind, truth).stdout
    oid, file = scene.oid(name), _loose(scene, name)
    file.chmod(0o644)
    file.write_bytes(zlib.compress(f"{kind} {len(content)}\0".encode() + content))
    scene.spec = f"+{scene.spec}"
    assert scene.client.run_git("cat-file", "--batch", stdin=f"{oid}\n".encode()).stdout.endswith(content + b"\n")


@_on("other", "lying-commit")
def _(scene: Scene) -> None:
    _lie(scene, "commit", "main", "good")


@_on("other", "lying-tree")
def _(scene: Scene) -> None:
    _lie(scene, "tree", "main^{tree}", "good^{tree}")


@_on("worse", "lying-blob")
def _(scene: Scene) -> None:
    _lie(scene, "blob", "main:a.py", "good:a.py")


@_on("worse", "partial-clone")
def _(scene: Scene) -> None:
    for name, value in (
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.partialCloneFilter", "blob:none"),
    ):
        scene.client.git("config", name, value)
    _loose(scene, "main:a.py").unlink()


@_on("worse", "alternates")
def _(scene: Scene) -> None:
    """The evil blob is in a folder that others may clear away."""
    file = _loose(scene, "main:a.py")
    elsewhere = scene.aside / "objects" / file.parent.name
    elsewhere.mkdir(parents=True)
    file.rename(elsewhere / file.name)
    (scene.client.path / ".git" / "objects" / "info" / "alternates").write_text(f"{elsewhere.parent}\n")
    assert scene.client.git("show", "main:a.py") == BAD.strip()


def _folder(scene: Scene) -> str:
    return scene.tree(("100644", "evil.py", scene.oid("worse:a.py")))


@_on("worse", "tree-dot-dot")
def _(scene: Scene) -> None:
    scene.plant(("40000", "..", _folder(scene)))


@_on("worse", "tree-dot-git")
def _(scene: Scene) -> None:
    scene.plant(("40000", ".git", _folder(scene)))


@_on("worse", "tree-git-tilde")
def _(scene: Scene) -> None:
    scene.plant(("40000", "git~1", _folder(scene)))


@_on("worse", "tree-slash")
def _(scene: Scene) -> None:
    scene.plant(("100644", "a/b.py", scene.oid("worse:a.py")))


@_on("worse", "tree-gitmodules")
def _(scene: Scene) -> None:
    link = scene.client.git("hash-object", "-w", "--stdin", stdin=b"/etc/passwd")
    scene.plant(("120000", ".gitmodules", link), ("100644", "a.py", scene.oid("worse:a.py")))
