"""pre-receive's way past Python: what takes it, and that nothing does which the judge would have refused."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from doors.doorlib import Installed, put
from doors.serverlib import LOG, MAIN, POLICY, ROOT
from doors.shortcutlib import TOPIC, Server

from agentops_gates.entry.githooks.shortcut import patterns
from agentops_gates.policy.paths import matches

OPEN = "version = 1\n[protected]\nbranches = []\n"
SHELLS = [shell for shell in ("sh", "bash", "dash", "busybox", "ksh", "mksh") if shutil.which(shell)]
STRICT = OPEN.replace("[]", '["topic"]')


@pytest.fixture
def server(tmp_path: Path, installed: Installed) -> Server:
    """A server whose topic branch was judged once."""
    return Server(tmp_path, installed)


# What passes without the judge.


@pytest.mark.parametrize("shell", SHELLS)
def test_branches_tags_and_notes_in_every_shell(server: Server, shell: str) -> None:
    tag = server.line("refs/tags/v1") + server.line("refs/notes/commits")
    assert server.free(server.line("refs/heads/new/JIRA-12_x"), shell=shell)
    assert server.free(server.line(TOPIC), shell=shell)
    assert server.free(server.line(TOPIC, new=server.zero), shell=shell)
    assert server.free(tag + server.line(TOPIC) + server.line("refs/heads/other"), shell=shell)
    assert not server.free(server.line("refs/heads/main"), shell=shell)


def test_real_pushes(server: Server) -> None:
    server.deaf()
    assert server.push(f"HEAD:{TOPIC}", "HEAD:refs/heads/other", "HEAD:refs/tags/v1") == ""
    server.bare.git("pack-refs", "--all")
    assert server.push("--force", f"HEAD~1:{TOPIC}", "+HEAD~1:refs/tags/v1") == ""
    assert server.push("--delete", "topic", "other", "v1") == ""
    assert server.push(MAIN) != ""
    assert server.push(f"HEAD:{LOG}") != ""


def test_after_main_moved(tmp_path: Path, installed: Installed) -> None:
    """The judge reads the policy of where main goes, too."""
    server = Server(tmp_path, installed, policy=OPEN)
    assert server.push(MAIN) == ""
    assert server.free(server.line(TOPIC))


def test_a_branch_with_a_policy_of_its_own_that_was_read(server: Server) -> None:
    other = server.client.commit("policy", {"agentops-gates.toml": OPEN})
    assert server.push(f"HEAD:{TOPIC}") == ""
    assert not server.free(server.line(TOPIC))
    assert server.push(f"{other}~1:{TOPIC}", "--force") == ""
    server.bare.git("update-ref", TOPIC, other)
    assert server.free(server.line(TOPIC))


def test_sha256(tmp_path: Path, installed: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")
    server = Server(tmp_path, installed)
    assert len(server.first) == 64
    assert server.free(server.line(TOPIC) + server.line("refs/heads/new"))
    assert not server.free(server.line("refs/heads/main"))


def test_what_stood_there_before_still_runs(server: Server, tmp_path: Path) -> None:
    put(server.hook.with_name("pre-receive.agentops-chained"), f"#!/bin/sh\ncat >{tmp_path}/seen\n")
    lines = "".join(server.line(f"refs/heads/t{number}") for number in range(5))
    assert server.free(lines)
    assert (tmp_path / "seen").read_text() == lines
    many = "".join(server.line(f"refs/heads/t{number}") for number in range(20))
    assert server.judged(many)
    assert (tmp_path / "seen").read_text() == many


def test_the_judge_gets_all_of_a_large_push(server: Server, tmp_path: Path) -> None:
    script = server.hook.read_text()
    copy = put(tmp_path / "copy", f"#!/bin/sh\ncat >{tmp_path}/seen\n")
    server.hook.write_text(script.replace(f"python={server.installed.python}\n", f"python={copy}\n"))
    for count in (1, 7, 8, 9, 200):
        lines = "".join(server.line("refs/heads/main", old=f"{number:040}") for number in range(count))
        assert server.run([str(server.hook)], lines, None) == 0
        assert (tmp_path / "seen").read_text() == lines


# What is left to the judge.


NAMES = (
    "refs/heads/main",
    "refs/heads/MAIN",
    "refs/heads/main/below",
    "refs/heads/release/1",
    "refs/heads/Release/1/2",
    "refs/heads/m\u00e4in",
    "refs/heads/\u017ftage",
    "refs/heads/",
    "refs/heads",
    "refs/agentops/verdicts/x",
    "refs/AgentOps/x",
    ROOT + "x",
    LOG,
    "refs/replace/" + "1" * 40,
    "refs/remotes/origin/main",
    "refs/namespaces/x/refs/heads/main",
    "refs/Heads/x",
    "HEAD",
    "refs/heads/a b",
    "refs/heads/$(true)",
    "refs/heads/x;y",
)


def test_names(server: Server) -> None:
    for line in map(server.line, NAMES):
        assert not server.free(line)
        assert not server.free(server.line(TOPIC) + line)
        assert not server.free(line + server.line(TOPIC))


def test_lines(server: Server) -> None:
    good = server.line(TOPIC)
    assert server.free(good)
    for bad in (
        "",
        "\n",
        good.replace(" ", "  ", 1),
        good.replace(" refs", ""),
        good.replace("refs", "-refs"),
        server.line(TOPIC, old="--all"),
        server.line(TOPIC, old="*"),
        server.line(TOPIC, old=server.second),
        server.line(TOPIC, old=server.zero),
        server.line("refs/heads/new", old=server.first),
        server.line("refs/tags/new", old=server.first),
        good + "x",
        "".join(server.line(f"refs/heads/t{number}") for number in range(8)),
    ):
        assert not server.free(bad)
    server.bare.git("pack-refs", "--all", "--prune")
    assert server.free(good)
    assert not server.free(server.line(TOPIC, old=server.zero))


@pytest.mark.parametrize("kind", ["branch", "tag", "dangling", "chain", "notes"])
def test_symbolic_refs(server: Server, kind: str) -> None:
    ref = {"tag": "refs/tags/alias", "notes": "refs/notes/alias"}.get(kind, "refs/heads/alias")
    if kind == "chain":
        server.bare.git("symbolic-ref", "refs/heads/link", "refs/heads/main")
    target = {"dangling": "refs/heads/release/9", "chain": "refs/heads/link"}.get(kind, "refs/heads/main")
    server.bare.git("symbolic-ref", ref, target)
    assert not server.free(server.line(ref))
    before = server.refs()
    lax = server.second
    if kind == "dangling":
        server.client.git("rm", "-q", "agentops-gates.toml")
        server.client.git("commit", "-q", "-m", "lax")
        lax = server.client.head()
    assert server.push(f"{lax}:{ref}", "--force") != ""
    assert server.refs() == before


def test_an_alias_of_topic_is_free_for_the_judge_only(server: Server) -> None:
    server.bare.git("symbolic-ref", "refs/heads/alias", TOPIC)
    assert not server.free(server.line("refs/heads/alias"))
    assert server.push("HEAD:refs/heads/alias") == ""
    assert server.at(TOPIC) == server.second


def _head(target: str) -> Callable[[Server], object]:
    return lambda server: server.bare.git("symbolic-ref", "HEAD", target)


def _ref(ref: str, oid: str) -> Callable[[Server], object]:
    return lambda server: server.bare.git("update-ref", "--no-deref", ref, getattr(server, oid))


def _write(text: Callable[[str], str]) -> Callable[[Server], object]:
    return lambda server: server.known.write_text(text(server.known.read_text()))


def _later(server: Server) -> None:
    settings = put(server.bare.path / "agentops" / "server.toml", "")
    after = server.known.stat().st_mtime_ns + 1_000_000
    os.utime(settings, ns=(after, after))


CHANGES: dict[str, Callable[[Server], object]] = {
    "main moved": _ref("refs/heads/main", "second"),
    "another branch is the default": _head("refs/heads/topic"),
    "the default branch is not there": _head("refs/heads/none"),
    "HEAD is a commit": _ref("HEAD", "first"),
    "main is gone": lambda server: server.bare.git("update-ref", "-d", "refs/heads/main"),
    "main is an alias": lambda server: server.bare.git("symbolic-ref", "refs/heads/main", TOPIC),
    "no file": lambda server: server.known.unlink(),
    "an empty file": _write(lambda text: ""),
    "cut short": _write(lambda text: text.removesuffix("end\n")),
    "cut in a line": _write(lambda text: text[:-8]),
    "another format": _write(lambda text: text.replace("format 2", "format 1")),
    "no format": _write(lambda text: text.replace("format 2\n", "")),
    "strange line": _write(lambda text: text.replace("end\n", "more\nend\n")),
    "no tip": _write(lambda text: "".join(line for line in text.splitlines(True) if not line.startswith("tip"))),
    "no policy": _write(lambda text: "".join(line for line in text.splitlines(True) if "policy " not in line)),
    "no head": _write(lambda text: text.replace("head refs/heads/main\n", "")),
    "a folder": lambda server: (server.known.unlink(), server.known.mkdir()),
    "the administrator's file is newer": _later,
    "the administrator's file leads nowhere": lambda server: server.known.with_name("server.toml").symlink_to(
        "/nonexistent"
    ),
    "reftable": lambda server: (server.bare.path / "reftable").mkdir(),
    "no git": lambda server: put(server.bare.path.parent / "nogit", "#!/bin/sh\nexit 1\n"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_not_as_it_was_written_down(server: Server, change: str) -> None:
    # Topic goes from first to second, so that its new end is no commit that was read.
    server.bare.git("fetch", "-q", str(server.client.path), "HEAD")
    lines = server.line(TOPIC)
    assert server.free(lines)
    CHANGES[change](server)
    if change == "no git":
        script = server.hook.read_text()
        pinned = next(line for line in script.split("\n") if line.startswith("AGENTOPS_GIT="))
        server.hook.write_text(script.replace(pinned, f"AGENTOPS_GIT={server.bare.path.parent}/nogit"))
    assert not server.free(lines)
    assert not server.free(lines, env={"tip": "here"})


@pytest.mark.parametrize("name", ["GIT_NAMESPACE", "GIT_COMMON_DIR"])
def test_another_place(server: Server, name: str) -> None:
    assert not server.free(server.line(TOPIC), env={name: "x"})
    assert not server.free(server.line(TOPIC), env={"GIT_DIR": ""})


@pytest.mark.parametrize(
    "env",
    [
        {"tip": "here", "policies": "\nnone\n", "IFS": "x", "count": "x", "listing": "x"},
        {"GIT_CONFIG_PARAMETERS": "what git cannot read"},
        {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.abbrev", "GIT_CONFIG_VALUE_0": "4"},
        {"GIT_TRACE": "1", "GIT_TRACE2": "1", "LC_ALL": "de_DE.UTF-8"},
    ],
)
def test_the_environment_changes_nothing(server: Server, env: dict[str, str]) -> None:
    assert server.free(server.line(TOPIC), env=env)
    assert not server.free(server.line("refs/heads/main"), env=env)
    server.bare.git("fetch", "-q", str(server.client.path), "+HEAD:refs/heads/main")
    assert not server.free(server.line(TOPIC), env=env)


def test_a_branch_that_protects_itself(server: Server) -> None:
    server.client.commit("protects topic", {"agentops-gates.toml": STRICT})
    assert server.push(f"HEAD:{TOPIC}") == ""
    assert not server.free(server.line(TOPIC))
    assert "would lose commits" in server.push("--force", f"{server.first}:{TOPIC}")


def test_a_tree_that_git_would_not_have_written(server: Server) -> None:
    """Two files of which either may hold the policy, in the wrong order: the first line alone would not tell."""
    strict = server.client.git("hash-object", "-w", "--stdin", stdin=STRICT.encode())
    other = server.client.git("hash-object", "-w", "--stdin", stdin=b"x = 1\n")
    rows = ((b"pyproject.toml", other), (b"agentops-gates.toml", strict))
    raw = b"".join(b"100644 %s\0%s" % (name, bytes.fromhex(oid)) for name, oid in rows)
    tree = server.client.git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=raw)
    commit = server.client.git("commit-tree", "-m", "x", tree)
    server.bare.git("fetch", "-q", str(server.client.path), f"{_named(server, commit)}:{TOPIC}", "--force")
    known = server.known.read_text()
    server.known.write_text(known.replace("policy ", f"policy 100644 blob {other}\tpyproject.toml\npolicy ", 1))
    assert not server.free(server.line(TOPIC))
    assert "would lose commits" in server.push("--force", f"{server.first}:{TOPIC}")


def _named(server: Server, commit: str) -> str:
    server.client.git("update-ref", "refs/keep/odd", commit)
    return "refs/keep/odd"


def test_the_default_branch_in_other_letters(tmp_path: Path, installed: Installed) -> None:
    """It is protected whatever the policy says."""
    server = Server(tmp_path, installed, policy=OPEN)
    assert server.free(server.line(TOPIC))
    assert not server.free(server.line("refs/heads/main"))
    assert not server.free(server.line("refs/heads/MAIN"))


def test_a_replaced_tip(server: Server) -> None:
    """Replace refs can be pushed; what they show is not what a branch says of itself."""
    strict = server.client.commit("protects topic", {"agentops-gates.toml": STRICT})
    assert server.push(f"HEAD:{TOPIC}") == ""
    assert server.push(f"{server.second}:refs/replace/{strict}") == ""
    assert not server.free(server.line(TOPIC))


def test_the_policy_that_main_gets_counts_at_once(tmp_path: Path, installed: Installed) -> None:
    server = Server(tmp_path, installed, policy=OPEN)
    server.client.commit("policy", {"agentops-gates.toml": STRICT})
    assert server.free(server.line(TOPIC))
    assert server.push(MAIN) == ""
    assert not server.free(server.line(TOPIC))
    assert server.free(server.line("refs/heads/other"))
    assert "would lose commits" in server.push("--force", f"HEAD:{TOPIC}") + server.push(
        "--force", f"{server.client.git('commit-tree', '-m', 'x', server.first + '^{tree}')}:{TOPIC}"
    )


def test_names_that_differ_in_case_only(server: Server) -> None:
    assert server.push("HEAD:refs/heads/MAIN") == ""
    server.bare.git("config", "core.ignoreCase", "true")
    assert "in case only" in server.push("HEAD:refs/heads/Main", "HEAD:refs/heads/RELEASE/1")


POLICIES = (POLICY, OPEN, STRICT, STRICT.replace("topic", "t*"), "broken = [", None)


def _with_policy(server: Server, text: str | None) -> str:
    server.client.git("checkout", "-q", "--detach", server.first)
    if text is not None:
        return server.client.commit("policy", {"agentops-gates.toml": text, "c": text})
    server.client.git("rm", "-q", "agentops-gates.toml")
    return server.client.commit("no policy", {"c": "x"})


def test_nothing_passes_that_the_judge_refuses(tmp_path: Path, installed: Installed) -> None:
    """Random states of a server and random pushes to it."""
    server = Server(tmp_path, installed)
    rng = random.Random(20261121)
    commits = [server.first, server.second, *(_with_policy(server, text) for text in POLICIES)]
    server.bare.git("fetch", "-q", str(server.client.path), *(f"{oid}:refs/keep/{oid}" for oid in commits))
    names = ["refs/heads/main", TOPIC, "refs/heads/two", "refs/heads/release/1", "refs/tags/t", "refs/heads/Main"]
    free = refused = 0
    for _ in range(40):
        for ref in rng.sample(names, 2):
            server.bare.git("update-ref", ref, rng.choice(commits))
        if rng.random() < 0.2:
            server.bare.git("symbolic-ref", "HEAD", rng.choice(names[:3]))
        for _ in range(2):
            chosen = rng.sample(names, rng.randint(1, 2))
            lines = "".join(server.line(ref, new=rng.choice([*commits, server.zero])) for ref in chosen)
            passes, refuses = server.free(lines), not server.judged(lines)
            assert not (passes and refuses), (lines, server.refs(), server.known.read_text())
            free, refused = free + passes, refused + refuses
        server.run([str(server.hook)], server.line(rng.choice([TOPIC, "refs/heads/two"])), None)
    assert min(free, refused) > 10


def test_patterns_match_all_that_globs_match() -> None:
    rng = random.Random(3)
    pairs = [("release/*", "release/1"), ("**/x", "x"), ("a/**", "a/b/c"), ("/t/", "t/x"), ("a[b-z]/c", "ab/c")]
    while len(pairs) < 1000:
        glob = "".join(
            rng.choices(("a", "b", "A", "1", "-", "/", "*", "**", "**/", "?", "[ab]", "[!b]", "\u00e9"), k=4)
        )
        name = "".join(rng.choices(("a", "b", "A", "1", "-", "/"), k=rng.randint(1, 6)))
        if matches(name, (glob,)):
            pairs.append((glob, name.swapcase()))
    # A matching shell says nothing; names and patterns come as data, as they do in the hook.
    script = "while IFS=' ' read -r name one two; do case $name in $one | $two) ;; *) echo \"$name $one\" ;; esac; done"
    lines = "".join(f"{name} {' '.join(patterns(glob))}\n" for glob, name in pairs)
    done = subprocess.run(["/bin/sh", "-c", script], input=lines.encode(), capture_output=True, check=True)
    assert done.stdout.decode() == ""
