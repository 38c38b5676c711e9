"""What an author tries with states that nobody, or nobody's PASS, let in: as a branch of its own, again, by merges."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest
from doors.doorlib import Installed
from doors.serverlib import GATE, MAIN, POLICY, Served
from verdicts.signlib import line, make_key

from agentops_gates.entry import desk
from agentops_gates.git.repo import Repo
from agentops_gates.model.verdict import Ack, Override

LEAD, DEV = "lead@example.org", "dev@example.org"
RELEASE = "refs/heads/release/9"
EXEMPT = f'[gates.{GATE}]\nexempt = ["docs/**"]\n'


@pytest.fixture
def served(tmp_path: Path, installed: Installed) -> Served:
    """A server where a lead may open what is shut, and where his signature and that of dev are known."""
    keys = {who: make_key("ed25519", who.partition("@")[0]) for who in (LEAD, DEV)}
    signers = "".join(line(key, who) for who, key in keys.items())
    policy = f'{POLICY}[verdicts]\nhumans = ["{LEAD}"]\n{EXEMPT}'
    files = {".agents/allowed_signers": signers, "lib.py": "SAFE = 0\n", "main.py": "v1\n"}
    return Served(tmp_path, installed, policy, **files)


def landed(served: Served, **files: str) -> str:
    """Land one judged commit on main and return it."""
    head = served.client.commit("landed", {name.replace("_", "."): text for name, text in files.items()})
    served.landed(MAIN, served.judged())
    served.client.git("fetch", "-q", "origin")
    return head


def key_of(who: str) -> str:
    return str(make_key("ed25519", who.partition("@")[0]).path)


def overridden(served: Served, *args: str) -> str:
    """Have the lead override what the command line says; return the record's ref and what was printed."""
    command = ("verdict", "override", "--reason", "on fire", "--principal", LEAD, "--key", key_of(LEAD), *args)
    done = served.installed.gate(served.client, *command, ok=None)
    assert done.returncode == 0, done.stderr
    return done.stdout


def records(served: Served, kind: str) -> list[str]:
    return served.client.git("for-each-ref", "--format=%(refname)", f"refs/agentops/verdicts/{GATE}/{kind}-*").split()


# -- a new protected branch ------------------------------------------------------------------------------------------


def test_a_branch_is_created_where_a_protected_one_is(served: Served) -> None:
    head = landed(served, a_py="x = 2\n")
    assert served.push(f"{head}:{RELEASE}") == ""
    assert served.refs()[RELEASE] == head


def test_no_branch_begins_in_the_middle_of_what_landed(served: Served) -> None:
    hidden = served.client.commit("one", {"a.py": "import evil\n"})
    served.client.commit("two", {"a.py": "x = 1\n", "b.py": "y = 1\n"})
    served.landed(MAIN, served.judged())
    for source in (hidden, f"{hidden}^{{commit}}"):
        assert f"AG101: {RELEASE} is new and would begin at {hidden[:12]}" in served.push(f"{source}:{RELEASE}")
    # Nor with a judged commit on top, with documents, or by a verdict on no change at all.
    served.client.git("switch", "-q", "--detach", hidden)
    assert "AG101" in served.push("--atomic", f"HEAD:{RELEASE}", served.judged(base=hidden, ref=RELEASE))
    for name in ("docs/a.md", "c.py"):
        served.client.commit("on top", {name: "1\n"})
        assert "AG101" in served.push("--atomic", f"HEAD:{RELEASE}", served.judged(ref=RELEASE))
    assert RELEASE not in served.refs()


def test_a_person_lets_a_branch_begin_elsewhere(served: Served) -> None:
    old = landed(served, a_py="x = 2\n")
    landed(served, a_py="x = 3\n")
    overridden(served, "--base", old, "--head", old, "--ref", RELEASE)
    assert "AG109" in served.landed(f"{old}:{RELEASE}", *records(served, "override"))


def test_no_branch_begins_at_a_state_that_failed(served: Served) -> None:
    """On the tip as in the middle; the FAIL may be about any branch, and come after the state has landed."""
    head = landed(served, a_py="x = 2\n")
    served.client.git("switch", "-q", "--detach", "origin/main~1")
    served.client.git("read-tree", "-u", "--reset", head)
    served.client.commit("the same state")
    assert served.push(served.judged("FAIL", base="HEAD~1", ref="refs/heads/release/8")) == ""
    assert "AG103" in served.push(f"{head}:{RELEASE}")


def test_a_fail_stands_for_documents_too(served: Served) -> None:
    served.client.commit("documents", {"docs/a.md": "evil\n"})
    assert "AG103" in served.push("--atomic", MAIN, served.judged("FAIL"))
    served.client.commit("documents", {"docs/a.md": "good\n"})
    assert served.push(MAIN) == ""


def test_a_fail_stands_on_every_branch(served: Served) -> None:
    served.client.commit("bad", {"a.py": "import evil\n"})
    assert served.push(served.judged("FAIL")) == ""
    for number in (1, 2):
        ref = f"refs/heads/release/{number}"
        assert "AG103" in served.push("--atomic", f"HEAD:{ref}", served.judged(ref=ref))


# -- a person's override ---------------------------------------------------------------------------------------------


def test_an_override_opens_no_other_way_to_the_same_tree(served: Served) -> None:
    base = landed(served, a_py="x = 2\n")
    head = served.client.commit("hotfix", {"a.py": "x = 99\n"})
    said = overridden(served, "--base", "origin/main")
    tree = served.client.git("rev-parse", "HEAD^{tree}")
    assert f"opens refs/heads/main from {base[:12]} to tree {tree[:12]}, for 1 h" in said
    assert f"states on the way: {tree[:12]}" in said
    record = records(served, "override")
    hidden = served.client.commit("hidden", {"secret.py": "stolen = 1\n"})
    behind = served.client.git("commit-tree", tree, "-p", hidden, "-m", "the same tree")
    assert "does not name tree" in served.push("--atomic", f"{behind}:refs/heads/main", *record)
    for parents in ((), ("-p", f"{base}~1")):
        orphan = served.client.git("commit-tree", tree, *parents, "-m", "the same tree")
        assert "does not let the ref go back" in served.push("--atomic", f"+{orphan}:refs/heads/main", *record)
    assert "AG109" in served.landed(f"{head}:refs/heads/main", *record)


def test_a_rewind_is_asked_for_and_nothing_that_led_there_comes_back(served: Served) -> None:
    first = served.client.git("rev-parse", "origin/main")
    bad = landed(served, a_py="import evil\n")
    verdict = records(served, "verdict")
    for wrong in (("--base", "origin/main", "--head", first), ("--base", first, "--head", bad, "--rewind")):
        command = ("verdict", "override", "--reason", "x", "--principal", LEAD, "--key", key_of(LEAD), *wrong)
        assert served.installed.gate(served.client, *command, ok=None).returncode == 2
    said = overridden(served, "--base", "origin/main", "--head", first, "--rewind", "--ref", "refs/heads/main")
    assert (
        f"REWINDS it to commit {first[:12]}: {served.client.git('rev-parse', f'{bad}^{{tree}}')[:12]} is lost" in said
    )
    record = records(served, "override")
    # Another commit with the tree of the old one is not what was opened.
    other = served.client.git("commit-tree", f"{first}^{{tree}}", "-m", "as if it were that")
    assert "does not let the ref go back" in served.push("--atomic", f"+{other}:refs/heads/main", *record)
    assert "AG109" in served.landed(f"+{first}:refs/heads/main", *record)
    assert "took off again" in served.push("--atomic", f"{bad}:refs/heads/main", *verdict)
    # Whoever looks at it anew may see it otherwise.
    served.client.git("fetch", "-q", "origin")
    time.sleep(1.1)
    assert served.push("--atomic", f"{bad}:refs/heads/main", served.judged()) == ""


def test_an_override_that_names_not_all_that_is_lost_takes_nothing_off(served: Served) -> None:
    first = served.client.git("rev-parse", "origin/main")
    landed(served, a_py="x = 2\n")
    landed(served, a_py="x = 3\n")
    with Repo.open(str(served.client.path)) as repo:
        move = desk.rewinding(repo, "origin/main", first, "refs/heads/main").transition
    assert len(move.lost) == 2
    override = Override(
        move.repository, move.ref, move.base, move.head_tree, (GATE,), LEAD, "x", int(time.time()), 3600,
        tuple(move.trees), move.head, (min(move.lost),),
    )  # fmt: skip
    record = served.stored(override, key_of(LEAD))
    assert "does not name all that would be lost" in served.push("--atomic", f"+{first}:refs/heads/main", record)


# -- documents, acks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("turned", [False, True], ids=["trunk first", "trunk last"])
def test_merges_with_chosen_parents_bring_no_mix_of_two_states(served: Served, turned: bool) -> None:
    """Each path of the mix is one parent's, so that a combined difference shows none."""
    old = landed(served, lib_py="SAFE = 1\n")
    old = served.client.git("rev-parse", f"{old}~1")
    base = landed(served, main_py="v2\n")
    git = served.client.git
    git("checkout", "-q", old, "--", "lib.py")
    mixed = git("write-tree")
    git("reset", "-q", "--hard", base)
    parents = [old, base] if turned else [base, old]
    first = git("commit-tree", mixed, "-p", parents[0], "-p", parents[1], "-m", "mix")
    served.client.commit("docs", {"docs/x.md": "x\n"})
    last = git("commit-tree", "HEAD^{tree}", "-p", first, "-p", base, "-m", "docs")
    assert "error AG10" in served.push(f"{last}:refs/heads/main")
    assert served.refs()["refs/heads/main"] == base


def test_documents_that_began_at_an_older_state_need_no_verdict_either(served: Served) -> None:
    served.client.git("switch", "-q", "-c", "docs")
    served.client.commit("docs", {"docs/x.md": "x\n"})
    served.client.git("switch", "-q", "main")
    landed(served, main_py="v2\n")
    served.client.git("merge", "-q", "--no-ff", "-m", "documents", "docs")
    assert served.push(MAIN) == ""


def test_nobody_spends_the_acks_of_another(served: Served) -> None:
    served.client.commit("warned", {"a.py": "x = 2\n"})
    verdict = served.judged("WARN")
    name, now = verdict.rpartition("/")[2], int(time.time())
    findings = subprocess.run(
        ["git", "cat-file", "blob", f"{verdict}:payload"], cwd=served.client.path, capture_output=True, check=True
    ).stdout
    assert b'"no-finding"' in findings
    forged = [
        served.stored(Ack(name, ("no-finding",), LEAD, f"spent {at}", now - 20 + at, 3600), key_of(DEV))
        for at in range(10)
    ]
    assert served.push(*forged) == ""
    ack = served.stored(Ack(name, ("no-finding",), LEAD, "really me", now, 3600), key_of(LEAD))
    assert served.push("--atomic", MAIN, verdict, ack) == ""
