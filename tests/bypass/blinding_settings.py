"""Attacks by attributes, settings and variables of git's own."""

from __future__ import annotations

from bypass.blindlib import Attack, Attacks, Scene
from conftest import Workspace

ATTACKS: Attacks = {}


def _on(evil: str, name: str):
    return Attack.register(ATTACKS, name, evil)


def _in_the_change(scene: Scene, attributes: str) -> None:
    scene.client.write(".gitattributes", attributes)
    scene.client.git("add", "-A")
    scene.client.git("commit", "-q", "-n", "--amend", "--no-edit")


def _diff(scene: Scene) -> str:
    return scene.client.git("diff", "base", "main", "--", "a.py", env=scene.env)


@_on("worse", "attribute-diff")
def _(scene: Scene) -> None:
    _in_the_change(scene, "* -diff\n")
    assert "Binary files" in _diff(scene)


@_on("worse", "attribute-binary")
def _(scene: Scene) -> None:
    _in_the_change(scene, "*.py binary\n")
    assert "Binary files" in _diff(scene)


@_on("worse", "attribute-generated")
def _(scene: Scene) -> None:
    _in_the_change(scene, "* linguist-generated linguist-vendored\n")


@_on("worse", "info-attributes")
def _(scene: Scene) -> None:
    scene.write_everywhere("info/attributes", "* -diff linguist-generated linguist-vendored\n")
    assert "Binary files" in _diff(scene)


def _trapped(scene: Scene, *settings: str, attributes: str = "") -> None:
    """Set each of ``settings`` to a trap, in all three repositories."""
    trap = scene.trap()
    for name in settings:
        scene.everywhere("config", name, str(trap))
    if attributes:
        scene.write_everywhere("info/attributes", attributes)


def _sprung(scene: Scene) -> None:
    assert scene.marker.exists(), "the trap is not one"
    scene.marker.unlink()


@_on("worse", "textconv")
def _(scene: Scene) -> None:
    _trapped(scene, "diff.lie.textconv", attributes="* diff=lie\n")
    assert _diff(scene) == ""
    _sprung(scene)


@_on("worse", "external-diff")
def _(scene: Scene) -> None:
    _trapped(scene, "diff.external")
    assert _diff(scene) == ""
    _sprung(scene)


@_on("worse", "diff-driver")
def _(scene: Scene) -> None:
    _trapped(scene, "diff.lie.command", attributes="* diff=lie\n")
    assert _diff(scene) == ""
    _sprung(scene)


@_on("worse", "filter")
def _(scene: Scene) -> None:
    _trapped(scene, "filter.lie.clean", "filter.lie.smudge", attributes="* filter=lie\n")
    scene.client.write("b.py", "x = 1\n")
    scene.client.git("add", "b.py")
    _sprung(scene)


@_on("worse", "fsmonitor")
def _(scene: Scene) -> None:
    _trapped(scene, "core.fsmonitor")
    scene.client.git("status")
    _sprung(scene)


@_on("worse", "commands")
def _(scene: Scene) -> None:
    names = ("core.pager", "core.editor", "core.askPass", "core.alternateRefsCommand", "gpg.program", "diff.tool")
    for name in (*names, "gpg.ssh.program", "pager.log", "credential.helper", "sequence.editor", "trailer.x.command"):
        scene.client.git("config", name, str(scene.trap()))
    scene.client.git("config", "alias.cat-file", f"!{scene.trap()}")


@_on("worse", "diff-settings")
def _(scene: Scene) -> None:
    settings = {
        "core.bigFileThreshold": "1",
        "diff.noprefix": "true",
        "diff.renames": "copies",
        "diff.ignoreSubmodules": "all",
        "diff.context": "0",
        "diff.algorithm": "patience",
        "core.abbrev": "4",
        "log.showSignature": "true",
        "core.commitGraph": "true",
        "core.ignoreCase": "true",
    }
    for name, value in settings.items():
        scene.everywhere("config", name, value)
    assert "Binary files" in _diff(scene)


@_on("worse", "core-worktree")
def _(scene: Scene) -> None:
    scene.client.git("config", "core.worktree", str(scene.aside))


@_on("worse", "core-bare")
def _(scene: Scene) -> None:
    scene.client.git("config", "core.bare", "true")


def _settings(scene: Scene) -> dict[str, str]:
    trap = str(scene.trap())
    return {"core.fsmonitor": trap, "diff.external": trap, "core.bigFileThreshold": "1"}


@_on("worse", "config-count")
def _(scene: Scene) -> None:
    settings = _settings(scene)
    scene.env["GIT_CONFIG_COUNT"] = str(len(settings))
    for number, (name, value) in enumerate(settings.items()):
        scene.env.update({f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value})
    assert _diff(scene) == ""
    _sprung(scene)


@_on("worse", "config-parameters")
def _(scene: Scene) -> None:
    scene.env["GIT_CONFIG_PARAMETERS"] = " ".join(f"'{name}={value}'" for name, value in _settings(scene).items())
    assert _diff(scene) == ""
    _sprung(scene)


@_on("worse", "config-files")
def _(scene: Scene) -> None:
    file = scene.aside / "config"
    for name, value in _settings(scene).items():
        scene.client.git("config", "--file", str(file), name, value)
    scene.env.update({"GIT_CONFIG_GLOBAL": str(file), "GIT_CONFIG_SYSTEM": str(file), "GIT_CONFIG_NOSYSTEM": "0"})
    assert _diff(scene) == ""
    _sprung(scene)


@_on("worse", "diff-variables")
def _(scene: Scene) -> None:
    scene.env.update({"GIT_EXTERNAL_DIFF": str(scene.trap()), "GIT_DIFF_OPTS": "-u0", "GIT_PAGER": str(scene.trap())})
    assert _diff(scene) == ""
    _sprung(scene)


@_on("worse", "trace")
def _(scene: Scene) -> None:
    for name in ("GIT_TRACE", "GIT_TRACE_SETUP", "GIT_TRACE2", "GIT_TRACE2_EVENT", "GIT_TRACE_PACKET"):
        scene.env[name] = str(scene.aside / "trace") if name == "GIT_TRACE_PACKET" else "1"


@_on("worse", "namespace")
def _(scene: Scene) -> None:
    scene.env["GIT_NAMESPACE"] = "evil"


@_on("worse", "discovery")
def _(scene: Scene) -> None:
    scene.env["GIT_CEILING_DIRECTORIES"] = str(scene.client.path.parent)
    scene.env["GIT_DISCOVERY_ACROSS_FILESYSTEM"] = "0"


@_on("worse", "pathspecs")
def _(scene: Scene) -> None:
    scene.env.update({"GIT_ICASE_PATHSPECS": "1", "GIT_GLOB_PATHSPECS": "1", "GIT_ATTR_SOURCE": "good"})


@_on("worse", "exec-path")
def _(scene: Scene) -> None:
    for name in ("git-cat-file", "git-rev-list", "git-diff-tree", "git-rev-parse"):
        scene.trap(f"exec/{name}")
    scene.env["GIT_EXEC_PATH"] = str(scene.aside / "exec")


def _decoy(scene: Scene) -> Workspace:
    """Make a repository that holds nothing evil, and in which main is good."""
    decoy = Workspace(scene.aside / "client")
    scene.client.git("clone", "-q", "--no-local", "--single-branch", "--branch", "good", ".", str(decoy.path))
    decoy.git("switch", "-q", "-c", "main")
    refs = ("refs/agentops/*:refs/agentops/*", "refs/remotes/*:refs/remotes/*")
    decoy.git("fetch", "-q", str(scene.client.path), *refs)
    decoy.git("remote", "add", "plain", str(scene.plain.path))
    decoy.git("remote", "set-url", "origin", str(scene.bare.path))
    return decoy


@_on("worse", "git-dir")
def _(scene: Scene) -> None:
    scene.env["GIT_DIR"] = str(_decoy(scene).path / ".git")


@_on("worse", "common-dir")
def _(scene: Scene) -> None:
    scene.spec = f"+{scene.spec}"
    scene.env["GIT_COMMON_DIR"] = str(_decoy(scene).path / ".git")
    scene.env["GIT_DIR"] = str(scene.client.path / ".git")


@_on("worse", "work-tree")
def _(scene: Scene) -> None:
    scene.env["GIT_WORK_TREE"] = str(_decoy(scene).path)
    scene.env["GIT_DIR"] = str(scene.client.path / ".git")


@_on("worse", "index-file")
def _(scene: Scene) -> None:
    scene.env["GIT_INDEX_FILE"] = str(_decoy(scene).path / ".git" / "index")


@_on("worse", "object-directory")
def _(scene: Scene) -> None:
    scene.spec = f"+{scene.spec}"
    scene.env["GIT_OBJECT_DIRECTORY"] = str(_decoy(scene).path / ".git" / "objects")


@_on("worse", "alternate-object-directories")
def _(scene: Scene) -> None:
    scene.env["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = str(_decoy(scene).path / ".git" / "objects")
