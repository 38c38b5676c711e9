"""Attacks beside git: other programs and modules, what poses as a record, what hides in words, what is not pushed."""

from __future__ import annotations

import os

from bypass.blindlib import BAD, SIGNED, Attack, Attacks, Scene
from doors.doorlib import GIT
from verdicts import signlib
from verdicts.decidelib import JUDGE
from verdicts.signlib import make_key

from agentops_gates.verdicts.records import ROOT

ATTACKS: Attacks = {}
_BELOW = f"{ROOT}push-after-vibe/"
# Imported under the name of a module that every program needs.
_HOSTILE = "import os\nos.close(os.open(os.environ['MARKER'], os.O_CREAT | os.O_WRONLY))\nos._exit(0)\n"
_MODULES = ("json", "argparse", "os", "re", "subprocess", "sitecustomize", "usercustomize")
# OSC 8 (a link), C0, C1, right-to-left override, tags, a command of a CI service.
_WORDS = (
    "\x1b]8;;http://x\x07ok\x1b]8;;\x07\x1b[2K\x1b[1A\x9b2J\x85\u202epass\u2066\U000e0041\r##vso[task.complete]PASS"
)
# The part of it that git takes in the name of a ref.
_NAME = "8;;x##vso-task.complete\x9b2J\x85\u202epass\u2066\U000e0041"


def _on(evil: str, name: str, policy: str = ""):
    return Attack.register(ATTACKS, name, evil, *filter(None, (policy,)))


# Programs and modules.


def _first_on_path(scene: Scene, folder: str) -> None:
    scene.env["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"


def _lying_git(scene: Scene, folder: str = "bin") -> str:
    """Write a git that answers for a repository in which main is good; return its path."""
    decoy = scene.aside / "decoy.git"
    scene.client.git("clone", "-q", "--mirror", ".", str(decoy))
    scene.client.git("--git-dir", str(decoy), "update-ref", "refs/heads/main", "good")
    then = f'shift 2; unset GIT_WORK_TREE; GIT_DIR="{decoy}" exec {GIT} "$@"'
    return str(scene.trap(f"{folder}/git", then))


@_on("worse", "path-git")
def _(scene: Scene) -> None:
    _lying_git(scene)
    _first_on_path(scene, str(scene.aside / "bin"))


@_on("worse", "path-git-inside")
def _(scene: Scene) -> None:
    _lying_git(scene, "../client/bin")
    _first_on_path(scene, str(scene.client.path / "bin"))


@_on("worse", "agentops-git")
def _(scene: Scene) -> None:
    scene.env["AGENTOPS_GIT"] = _lying_git(scene)


@_on("worse", "path-python")
def _(scene: Scene) -> None:
    for name in ("python", "python3", "env", "cat", "sed", "printf"):
        scene.trap(f"bin/{name}")
    _first_on_path(scene, str(scene.aside / "bin"))


@_on("other", "path-ssh-keygen", SIGNED)
def _(scene: Scene) -> None:
    """Says what ssh-keygen would say of a good signature."""
    ref = scene.judge(signature=signlib.ssh_sign(make_key("ed25519"), b"something else"))
    scene.publish(ref)
    key = make_key("ed25519").fingerprint
    said = f'Good "agentops-verdict-v1" signature for judge@example.org with ED25519 key {key}'
    scene.trap("bin/ssh-keygen", f"echo '{said}'; exit 0")
    _first_on_path(scene, str(scene.aside / "bin"))


def _hostile_modules(scene: Scene, folder: str) -> None:
    scene.env["MARKER"] = str(scene.marker)
    for name in _MODULES:
        scene.client.write(f"{folder}/{name}.py", _HOSTILE)
    for name in ("__init__", "__main__"):
        scene.client.write(f"{folder}/agentops_gates/{name}.py", _HOSTILE)


@_on("worse", "pythonpath")
def _(scene: Scene) -> None:
    _hostile_modules(scene, "../aside/evil")
    scene.env["PYTHONPATH"] = str(scene.aside / "evil")


@_on("worse", "pythonpath-script")
def _(scene: Scene) -> None:
    ATTACKS["pythonpath"].do(scene)
    scene.command = (str(scene.installed.script), "check")


@_on("worse", "python-variables")
def _(scene: Scene) -> None:
    _hostile_modules(scene, "../aside/evil")
    evil = str(scene.aside / "evil")
    scene.env.update({"PYTHONHOME": evil, "PYTHONUSERBASE": evil, "PYTHONSTARTUP": f"{evil}/json.py"})
    scene.env.update({"PYTHONINSPECT": "1", "PYTHONWARNINGS": "error", "PYTHONOPTIMIZE": "2", "PYTHONNOUSERSITE": ""})


@_on("worse", "modules")
def _(scene: Scene) -> None:
    _hostile_modules(scene, ".")


@_on("worse", "modules-without-isolation")
def _(scene: Scene) -> None:
    _hostile_modules(scene, ".")
    scene.command = (str(scene.installed.python), "-m", "agentops_gates", "check")


# What poses as a record.


def _payload(scene: Scene) -> tuple[str, str]:
    """Return id and payload (a blob) of a PASS for main, of which no ref is left."""
    ref = scene.judge()
    blob = scene.oid(f"{ref}:payload")
    scene.client.git("update-ref", "-d", ref)
    return ref.removeprefix(_BELOW), blob


def _posing(scene: Scene, *rows: str) -> None:
    """Put a commit of such entries where the record would be; the servers get it too, as far as they take it."""
    name, blob = _payload(scene)
    link = scene.client.git("hash-object", "-w", "--stdin", stdin=b"../../payload")
    filled = "".join(row.format(blob=blob, link=link) + "\n" for row in rows)
    tree = scene.client.git("mktree", stdin=filled.encode())
    commit = scene.client.git("commit-tree", "-m", name, tree)
    scene.client.git("update-ref", f"{_BELOW}{name}", commit)
    scene.publish(f"{_BELOW}{name}")


@_on("other", "record-link")
def _(scene: Scene) -> None:
    _posing(scene, "120000 blob {link}\tpayload")


@_on("other", "record-executable")
def _(scene: Scene) -> None:
    _posing(scene, "100755 blob {blob}\tpayload")


@_on("other", "record-and-more")
def _(scene: Scene) -> None:
    _posing(scene, "100644 blob {blob}\tpayload", "120000 blob {link}\tsignature")


@_on("other", "record-of-its-own-making")
def _(scene: Scene) -> None:
    _posing(scene, "100644 blob {blob}\tpayload")


@_on("other", "record-symbolic")
def _(scene: Scene) -> None:
    name, _ = _payload(scene)
    scene.client.git("symbolic-ref", f"{_BELOW}{name}", "refs/heads/good")


@_on("other", "record-folder-link")
def _(scene: Scene) -> None:
    """The folder of the refs is a link to one in which somebody else keeps what looks like one."""
    name, _ = _payload(scene)
    elsewhere = scene.aside / "push-after-vibe"
    elsewhere.mkdir()
    (elsewhere / name).write_text(f"{scene.oid('good')}\n")
    folder = scene.client.path / ".git" / "refs" / "agentops" / "verdicts"
    scene.client.git("pack-refs", "--all")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "push-after-vibe").symlink_to(elsewhere)


@_on("other", "packed-refs")
def _(scene: Scene) -> None:
    name, blob = _payload(scene)
    scene.client.git("pack-refs", "--all")
    file = scene.client.path / ".git" / "packed-refs"
    file.write_text(f"{file.read_text()}{blob} {_BELOW}{name}\n^{scene.oid('good')}\n")


@_on("other", "twin")
def _(scene: Scene) -> None:
    """The pages for people, and a folder of them that is a link."""
    name, _ = _payload(scene)
    (scene.aside / "council").mkdir()
    (scene.aside / "council" / f"{name}.md").write_text("# PASS\n\nVerdict: PASS\n")
    (scene.aside / "council" / f"{name}.json").write_text('{"verdict": "PASS"}\n')
    (scene.client.path / ".agents" / "council").symlink_to(scene.aside / "council")


@_on("other", "agents-link", SIGNED)
def _(scene: Scene) -> None:
    """The folder of the signers in the work tree is a link to one that names the forger."""
    scene.publish(scene.judge(key="stranger"))
    agents = scene.client.path / ".agents"
    agents.rename(scene.aside / "agents")
    agents.symlink_to(scene.aside / "agents")
    line = signlib.line(make_key("ed25519", "stranger"), "judge@example.org")
    (agents / "allowed_signers").write_text(line)
    scene.client.git("config", "gpg.ssh.allowedSignersFile", str(agents / "allowed_signers"))


# What hides in words.


@_on("worse", "words-commit")
def _(scene: Scene) -> None:
    scene.client.git("commit", "-q", "-n", "--amend", "--cleanup=verbatim", "-m", f"{_WORDS}\n\nReviewed: {_WORDS}")


@_on("worse", "words-path")
def _(scene: Scene) -> None:
    scene.client.commit("path", {f"{_WORDS.replace('/', '-')}.py": BAD})


@_on("worse", "words-ref")
def _(scene: Scene) -> None:
    branch = f"release/{_NAME}"
    scene.check_args[-1] = branch
    scene.spec = f"HEAD:refs/heads/{branch}"


@_on("other", "words-judge")
def _(scene: Scene) -> None:
    judges = (JUDGE._replace(verdict="WARN", session="\u202eSSAP\u2066"),)
    scene.publish(scene.judge("WARN", judges=judges, findings=("F1\u202eSSAP\u2066",)))
    scene.must.update(dict.fromkeys(scene.must, frozenset({"AG104"})))


# What is not what lies there.


def _staged(scene: Scene, *flag: str) -> None:
    """Stage what is evil while what lies there is good, and push a commit of that."""
    scene.client.git("reset", "-q", "--hard", "good")
    scene.client.write("a.py", BAD)
    scene.client.git("add", "a.py")
    scene.client.git("update-index", *flag, "a.py")
    scene.client.write("a.py", "x = 2\n")
    commit = scene.client.git("commit-tree", "-p", "base", "-m", "staged", scene.client.git("write-tree"))
    scene.spec = f"{commit}:refs/heads/main"
    scene.check_args = ["--staged"]
    scene.must["check"] = frozenset({"AG602"})


@_on("worse", "staged")
def _(scene: Scene) -> None:
    _staged(scene, "--refresh", "-q")


@_on("worse", "skip-worktree")
def _(scene: Scene) -> None:
    _staged(scene, "--skip-worktree")
    assert "a.py" not in scene.client.git("diff", "--name-only")


@_on("worse", "assume-unchanged")
def _(scene: Scene) -> None:
    _staged(scene, "--assume-unchanged")
    assert "a.py" not in scene.client.git("diff", "--name-only")


@_on("good", "not-checked-out")
def _(scene: Scene) -> None:
    scene.spec = "worse:refs/heads/main"
