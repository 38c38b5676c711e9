"""The cache: what is a miss, what survives concurrent and killed writers, what stays within its bounds."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agentops_gates.complexity.cache import Cache, decode, encode
from agentops_gates.complexity.measure import measure
from agentops_gates.complexity.unit import FileRecord, Suppression, Unit

PACKAGE_ROOT = str(Path(__file__).parents[2])
OID = "1234567890abcdef1234567890abcdef12345678"
ENGINE = "python-1-cpython-3.11"
RECORD = measure(
    (
        "@d\ndef größe(a):\n    # agentops: allow[AG601, AG602] alt\n    return a or 1\n"
        "class A:\n    x = 1 if größe else 2\n"
    ).encode(),
    "python",
)


@pytest.fixture
def directory(tmp_path: Path) -> str:
    return str(tmp_path / "agentops" / "complexity")


def test_what_was_stored_is_loaded(directory: str) -> None:
    records = {
        "a": RECORD,
        "b": FileRecord(),
        "c": FileRecord(problem="does not parse"),
        "e": FileRecord(doubt=3),
        "d": measure(b"int f(){}", "c"),
    }
    with Cache(directory) as cache:
        for name, record in records.items():
            cache.store(name * 40, ENGINE, record)
    with Cache(directory) as cache:
        for name, record in records.items():
            loaded = cache.load(name * 40, ENGINE)
            assert loaded == (record,)
            assert all(isinstance(unit, Unit) for unit in loaded[0].units)
            assert all(isinstance(mark, Suppression) for mark in loaded[0].suppressions)


@pytest.mark.parametrize("records", [(), (RECORD, FileRecord()), (FileRecord(), RECORD)], ids=["none", "2", "2 again"])
def test_a_key_may_have_any_number_of_records(records: tuple[FileRecord, ...], directory: str) -> None:
    key = f"{OID}-{OID[::-1]}"
    with Cache(directory) as cache:
        cache.store(key, ENGINE, *records)
        assert cache.load(key, ENGINE) == records
        assert cache.load(OID, ENGINE) is None


def test_keys_are_apart(directory: str) -> None:
    with Cache(directory) as cache:
        cache.store(OID, ENGINE, RECORD)
        assert cache.load(OID, ENGINE + "0") is None
        assert cache.load(OID.replace("1234", "1235"), ENGINE) is None


def test_disabled() -> None:
    with Cache(None) as cache:
        cache.store(OID, ENGINE, RECORD)
        assert cache.load(OID, ENGINE) is None


def test_deleting_it_loses_nothing(directory: str) -> None:
    with Cache(directory) as cache:
        cache.store(OID, ENGINE, RECORD)
        for folder, _, names in os.walk(directory, topdown=False):
            for name in names:
                os.unlink(os.path.join(folder, name))
            os.rmdir(folder)
        assert cache.load(OID, ENGINE) is None
        cache.store(OID, ENGINE, RECORD)
    assert Cache(directory).load(OID, ENGINE) in {None, (RECORD,)}


def forged(change: Callable[[list[object]], object]) -> bytes:
    """Return a record with a right checksum around a changed content."""
    import agentops_gates.complexity.cache as module

    (content,) = json.loads(encode([RECORD], OID, ENGINE).partition(b"\n")[2])
    body = json.dumps([change(content)]).encode()
    return module._header(OID, ENGINE, body) + body


GOOD = encode([RECORD], OID, ENGINE)
DAMAGED = {
    "empty": b"",
    "torn in the header": GOOD[:20],
    "torn in the content": GOOD[:-1],
    "longer": GOOD + b" ",
    "one digit": GOOD.replace(b"or:4:0", b"or:5:0"),
    "another blob's": encode([RECORD], OID.replace("1", "2"), ENGINE),
    "another engine's": encode([RECORD], OID, ENGINE + "0"),
    "another format": b"agentops-complexity/1" + GOOD[21:],
    "not ours": b"\x00\xff" * 100,
    "no list": forged(lambda content: {"units": content}),
    "too few parts": forged(lambda content: content[:2]),
    "too few columns": forged(lambda content: [content[0][:-1], *content[1:]]),  # type: ignore[index]
    "columns of unequal length": forged(lambda content: [[*content[0][:-1], []], *content[1:]]),  # type: ignore[index]
    "text for a number": forged(
        lambda content: [[c if n != 4 else list(map(str, c)) for n, c in enumerate(content[0])], *content[1:]]
    ),  # type: ignore[arg-type]
    "unknown kind": forged(
        lambda content: [[c if n != 1 else ["lambda"] * len(c) for n, c in enumerate(content[0])], *content[1:]]
    ),  # type: ignore[arg-type]
    "number for the problem": forged(lambda content: [*content[:2], 1]),
    "suppression without a line": forged(lambda content: [content[0], [["1", ["AG601"], "x"]], ""]),
    "suppression with a number for a rule": forged(lambda content: [content[0], [[1, [601], "x"]], ""]),
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED.keys())
def test_anything_else_is_a_miss(data: bytes, directory: str) -> None:
    with Cache(directory) as cache:
        cache.store(OID, ENGINE, RECORD)
        (path,) = Path(directory).glob("*/*")
        path.write_bytes(data)
        assert cache.load(OID, ENGINE) is None
        cache.store(OID, ENGINE, RECORD)
        assert cache.load(OID, ENGINE) == (RECORD,)


def test_deeply_nested_content_is_a_miss() -> None:
    import agentops_gates.complexity.cache as module

    body = b"[" * 100_000 + b"]" * 100_000
    assert decode(module._header(OID, ENGINE, body) + body, OID, ENGINE) is None


def test_a_record_too_large_is_not_stored(directory: str) -> None:
    unit = RECORD.units[0]._replace(points="if:1:0 " * 200_000)
    with Cache(directory) as cache:
        cache.store(OID, ENGINE, FileRecord((unit,)))
    assert not list(Path(directory).glob("*/*"))


@pytest.mark.parametrize("link", ["agentops", "agentops/complexity", "agentops/complexity/1"])
def test_a_link_in_the_way_means_no_caching(link: str, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    place = tmp_path / link
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(outside)
    with Cache(str(tmp_path / "agentops" / "complexity")) as cache:
        cache.store(OID, ENGINE, RECORD)
        assert cache.load(OID, ENGINE) is None
    assert not list(outside.iterdir())


def test_a_record_that_is_a_link_is_not_followed(directory: str, tmp_path: Path) -> None:
    with Cache(directory) as cache:
        cache.store(OID, ENGINE, RECORD)
        (path,) = Path(directory).glob("*/*")
        path.rename(tmp_path / "elsewhere")
        path.symlink_to(tmp_path / "elsewhere")
        assert cache.load(OID, ENGINE) is None


def test_a_pipe_in_place_of_a_record_does_not_hang(directory: str) -> None:
    with Cache(directory) as cache:
        cache.store(OID, ENGINE, RECORD)
        (path,) = Path(directory).glob("*/*")
        path.unlink()
        os.mkfifo(path)
        assert cache.load(OID, ENGINE) is None


@pytest.mark.parametrize("obstacle", ["agentops", "agentops/complexity", "agentops/complexity/1"])
def test_a_file_in_the_way_means_no_caching(obstacle: str, tmp_path: Path) -> None:
    place = tmp_path / obstacle
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("in the way")
    with Cache(str(tmp_path / "agentops" / "complexity")) as cache:
        cache.store(OID, ENGINE, RECORD)
        assert cache.load(OID, ENGINE) is None
    assert place.read_text() == "in the way"


def test_no_space_means_no_caching(directory: str) -> None:
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, limits[1]))
    try:
        with Cache(directory) as cache:
            cache.store(OID, ENGINE, RECORD)
            assert cache.load(OID, ENGINE) is None
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert not list(Path(directory).glob("*/*"))


def test_the_oldest_go_when_a_shard_outgrows_its_part(directory: str) -> None:
    oids = [f"1{number:039x}" for number in range(40)]
    with Cache(directory, limit=16 * 40 * 4096) as cache:
        for age, oid in enumerate(oids):
            cache.store(oid, ENGINE, RECORD)
            os.utime(Path(directory, "1", f"{oid}.{ENGINE}"), (age, age))
        cache.store("2" * 40, ENGINE, RECORD)
    assert len(list(Path(directory, "1").iterdir())) == 40
    with Cache(directory, limit=16 * 20 * 4096) as cache:
        cache.store("1" + "f" * 39, ENGINE, RECORD)
    left = {path.name.partition(".")[0] for path in Path(directory, "1").iterdir()}
    assert left == {*oids[-14:], "1" + "f" * 39}
    assert len(list(Path(directory, "2").iterdir())) == 1


def test_what_killed_writers_left_is_swept(directory: str) -> None:
    shard = Path(directory, "1")
    shard.mkdir(parents=True)
    for name, age in {"old.1.1.tmp": 7200, "new.2.2.tmp": 0}.items():
        (shard / name).write_bytes(b"torn")
        os.utime(shard / name, (time.time() - age,) * 2)
    with Cache(directory) as cache:
        cache.store(OID, ENGINE, RECORD)
    assert {path.name for path in shard.iterdir()} == {"new.2.2.tmp", f"{OID}.{ENGINE}"}


WRITER = f"""
import sys, itertools
sys.path.insert(0, {PACKAGE_ROOT!r})
from agentops_gates.complexity.cache import Cache
from agentops_gates.complexity.measure import measure
oids = ["%040x" % (n << 152) for n in range(12)]
records = {{oid: measure(b"def f(a):\\n    return a or %d\\n" % n * 30, "python") for n, oid in enumerate(oids)}}
print("ready", flush=True)
for _ in itertools.count():
    with Cache(sys.argv[1], limit=16 * 4 * 4096) as cache:
        for oid, record in records.items():
            cache.store(oid, "engine", record)
            found = cache.load(oid, "engine")
            if found not in (None, (record,)):
                sys.exit("another record was loaded")
"""


def test_writers_at_once_some_of_them_killed(directory: str) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-I", "-c", WRITER, directory], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(4)
    ]
    try:
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"ready\n"
        for writer in writers[1:]:
            time.sleep(0.2)
            writer.send_signal(signal.SIGKILL)
        time.sleep(0.2)
        # The one that was left never stopped over what the others did.
        assert writers[0].poll() is None
    finally:
        for writer in writers:
            writer.kill()
        errors = [writer.communicate()[1] for writer in writers]
    assert errors == [b""] * 4
    with Cache(directory) as cache:
        loaded = [
            cache.load(path.name.partition(".")[0], "engine")
            for path in Path(directory).glob("*/*")
            if not path.name.endswith(".tmp")
        ]
    assert loaded
    assert None not in loaded
