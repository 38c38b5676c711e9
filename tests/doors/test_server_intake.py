"""What a server takes of new records: whatever comes is kept for good, and looked at whenever something is judged."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest
from doors.doorlib import Installed, put
from doors.serverlib import GATE, LOG, MAIN, POLICY, ROOT, Served, ack
from verdicts import signlib
from verdicts.signlib import make_key

from agentops_gates.git.repo import Repo
from agentops_gates.model.verdict import Ack, Content, Override, Record, Revocation
from agentops_gates.verdicts import records
from agentops_gates.verdicts.log import IDENTITY
from agentops_gates.verdicts.statement import dump, record_id

JUDGE, LEAD = "judge@example.org", "lead@example.org"
LEVEL2 = f'[verdicts]\nrequired_level = 2\nheld_apart = ["{JUDGE}", "{LEAD}"]\nhumans = ["{LEAD}"]\n'
SIGNERS = "".join(signlib.line(make_key("ed25519", name), f"{name}@example.org") for name in ("judge", "lead"))
KEY, LEADS, OTHERS = (str(make_key("ed25519", name).path) for name in ("judge", "lead", "nobody"))


@pytest.fixture
def served(tmp_path: Path, installed: Installed) -> Served:
    """A server that asks for nothing but a verdict."""
    return Served(tmp_path, installed)


@pytest.fixture
def signed(tmp_path: Path, installed: Installed) -> Served:
    """A server that asks for signed verdicts."""
    return Served(tmp_path, installed, POLICY + LEVEL2, **{".agents/allowed_signers": SIGNERS})


def _acks(count: int) -> list[Ack]:
    return [ack()._replace(reason=str(number)) for number in range(count)]


def _flood(served: Served, contents: list[Ack], signature: bytes = b"") -> str:
    """Put records into one log, without a ref for each, and return its commit."""
    lines = [f"commit refs/heads/flood\ncommitter {IDENTITY}\ndata 0\n".encode()]
    for content in contents:
        payload = dump(content)
        record = Record(record_id("ack", payload), "ack", payload, signature)
        for name, data in (("payload", payload), ("signature", signature)):
            place = f"{GATE}/{records.name_of(record)}/{name}"
            lines.append(b"M 100644 inline %s\ndata %d\n%s\n" % (place.encode(), len(data), data) if data else b"")
    subprocess.run(
        ["git", "fast-import", "--quiet", "--force"], input=b"".join(lines), cwd=served.client.path, check=True
    )
    return served.client.git("rev-parse", "refs/heads/flood")


# What must pass.


def test_records_that_are_signed(signed: Served) -> None:
    """Each by its own purpose, and by anybody who is listed."""
    signed.client.commit("work", {"a.py": "x = 2\n"})
    move = ("", "refs/heads/main", "1" * 40, "2" * 40)
    said: list[tuple[Content, str]] = [
        (ack(), LEADS),
        (Revocation("verdict-" + "1" * 40, JUDGE, "no", int(time.time())), KEY),
        (Override(*move, (GATE,), LEAD, "no", int(time.time()), 3600), LEADS),
    ]
    refs = [signed.judged(key=KEY), *(signed.stored(content, key) for content, key in said)]
    assert signed.push("--atomic", MAIN, *refs) == ""


def test_what_stands_there_moves_into_the_log_whoever_counts_by_then(signed: Served) -> None:
    refs = [signed.stored(content, LEADS) for content in _acks(3)]
    assert signed.push(*refs) == ""
    signed.client.commit("others", {".agents/allowed_signers": signlib.line(make_key("ed25519", "other"))})
    signed.bare.git("fetch", "-q", str(signed.client.path), "HEAD:refs/heads/main")
    put(signed.bare.path / "agentops" / "server.toml", "records = 1\n", 0o600)
    signed.rolled_up()
    assert signed.push(LOG) == ""
    assert signed.push(*(f":{ref}" for ref in refs)) == ""


def test_as_many_as_the_administrator_says(served: Served) -> None:
    refs = [served.stored(content) for content in _acks(3)]
    settings = put(served.bare.path / "agentops" / "server.toml", "records = 2\n", 0o600)
    assert "2 records and" in served.push(*refs)
    assert served.held() == set()
    put(settings, "records = 3\nbytes = 100000\n", 0o600)
    assert served.push(*refs) == ""


# What must not.


def test_a_log_of_many_records(served: Served) -> None:
    log = _flood(served, _acks(201))
    assert "one push may bring 200 records" in served.push(f"{log}:{LOG}")
    assert LOG not in served.refs()
    assert served.push(f"{_flood(served, _acks(200))}:{LOG}") == ""


def test_a_log_of_fat_records(served: Served) -> None:
    log = _flood(served, _fat(9))
    assert "4,194,304 bytes" in served.push(f"{log}:{LOG}")
    assert LOG not in served.refs()


def _fat(count: int) -> list[Ack]:
    findings = tuple(sorted(f"{number:06}-{'x' * 90}" for number in range(5_000)))
    return [ack()._replace(findings=findings, reason=str(number)) for number in range(count)]


def test_many_refs(served: Served) -> None:
    put(served.bare.path / "agentops" / "server.toml", "records = 2\n", 0o600)
    refs = [served.stored(content) for content in _acks(3)]
    # Whatever the order, nothing behind the last one that counts goes unseen.
    said = served.push(*refs, "HEAD:refs/agentops/zzz")
    assert "2 records" in said
    assert "refs/agentops/zzz" not in served.refs()
    assert "only records and their log" in served.push(*refs[:2], "HEAD:refs/agentops/zzz")


@pytest.mark.parametrize("way", ["nobody", "somebody else", "copied", "another purpose"])
@pytest.mark.parametrize("log", [False, True], ids=["ref", "log"])
def test_what_nobody_has_signed_whose_word_counts(signed: Served, way: str, log: bool) -> None:
    """What could never count is looked at by every push from then on."""
    content = ack()
    if way == "copied":
        other = signed.stored(content._replace(reason="another"), LEADS)
        signature = signed.client.git("cat-file", "blob", f"{other}:signature").encode() + b"\n"
        target = f"{_flood(signed, [content], signature)}:{LOG}"
        assert "only signed records count" in signed.push(target)
        return
    if way == "another purpose":
        payload = dump(content)
        with Repo.open(str(signed.client.path)) as repo:
            signature = signlib.ssh_sign(make_key("ed25519", "lead"), payload)
            records.store(repo, GATE, record := Record(record_id("ack", payload), "ack", payload, signature))
        ref = ROOT + records.name_of(record)
    else:
        ref = signed.stored(content, OTHERS if way == "somebody else" else None)
    if log:
        signed.rolled_up()
        ref = LOG
    assert "only signed records count" in signed.push(ref)
    assert signed.held() == set()


def test_about_another_repository(tmp_path: Path, installed: Installed) -> None:
    served = Served(tmp_path, installed, POLICY + '[verdicts]\nrepository = "mine"\n')
    served.client.commit("work", {"a.py": "x = 2\n"})
    record = served.judged()
    move = ("theirs", "refs/heads/main", "1" * 40, "2" * 40)
    said = Override(*move, (GATE,), LEAD, "no", int(time.time()), 3600)
    assert "about the repository 'theirs'" in served.push(served.stored(said))
    assert served.push("--atomic", MAIN, record) == ""


def test_of_another_object_format(served: Served) -> None:
    served.client.commit("work", {"a.py": "x = 2\n"})
    payload = served.client.git("cat-file", "blob", f"{served.judged()}:payload")
    for digits in {word for word in payload.split('"') if len(word) == 40 and not set(word) - set("0123456789abcdef")}:
        payload = payload.replace(digits, digits + digits[:24])
    payload = payload.replace('"objectFormat":"sha1"', '"objectFormat":"sha256"')
    data = payload.encode() + b"\n"
    with Repo.open(str(served.client.path)) as repo:
        ref = records.store(repo, GATE, Record(record_id("verdict", data), "verdict", data))
    assert "a repository of sha256 objects" in served.push(ref)


def test_a_log_with_one_name_twice(served: Served) -> None:
    """Git reads the one entry and writes the other: whoever rolls up could never push the log again."""
    ref = served.stored(ack())
    name = ref.rpartition("/")[2].encode()
    first = bytes.fromhex(served.client.git("rev-parse", f"{ref}^{{tree}}"))
    other = served.stored(ack()._replace(reason="another"))
    second = bytes.fromhex(served.client.git("rev-parse", f"{other}^{{tree}}"))

    def made(kind: str, data: bytes) -> str:
        argv = ["git", "hash-object", "-w", "-t", kind, "--literally", "--stdin"]
        return subprocess.run(argv, input=data, cwd=served.client.path, check=True, capture_output=True).stdout.decode()

    folder = made("tree", b"".join(b"40000 %s\0%s" % (name, tree) for tree in (first, second)))
    for count, inside in ((1, folder), (2, served.client.git("mktree", stdin=b""))):
        gates = b"".join(b"40000 %s\0%s" % (GATE.encode(), bytes.fromhex(inside)) for _ in range(count))
        words = f"tree {made('tree', gates)}author {IDENTITY}\ncommitter {IDENTITY}\n\nx\n"
        assert "is there twice" in served.push(f"{made('commit', words.encode()).strip()}:{LOG}")
    assert served.push(ref) == ""
    served.rolled_up()
    assert served.push(LOG) == ""


def test_too_long_to_look_at(tmp_path: Path, installed: Installed) -> None:
    served = Served(tmp_path, installed, f"{POLICY}[deadlines]\nci = 0.001\n")
    assert "could not be looked at within 0.001 s" in served.push(f"{_flood(served, _acks(150))}:{LOG}")
    assert LOG not in served.refs()


def test_settings_that_are_no_numbers(served: Served) -> None:
    for line in ("records = 0", "records = true", 'bytes = "1"', "bytes = -1"):
        put(served.bare.path / "agentops" / "server.toml", f"{line}\n", 0o600)
        assert "no whole number above zero" in served.push("HEAD:refs/heads/topic")


def test_publish_leaves_at_home_what_nobody_has_signed(signed: Served) -> None:
    """One draft more, and the server would take none of it."""
    signed.client.commit("work", {"a.py": "x = 2\n"})
    draft, record = signed.judged(), signed.judged(key=KEY)
    signed.installed.gate(signed.client, "verdict", "publish", "origin", "HEAD:main")
    assert record in signed.refs()
    assert draft not in signed.refs()


def test_publish_takes_all_where_nothing_has_to_be_signed(served: Served) -> None:
    served.client.commit("work", {"a.py": "x = 2\n"})
    draft = served.judged()
    served.installed.gate(served.client, "verdict", "publish", "origin", "HEAD:main")
    assert draft in served.refs()
