"""The attempts of binding_rows.py with other records, other keys and other pushes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

from bypass.bench import BASE, LEAD, MAIN, Bench
from bypass.binding_changes import work
from conftest import branchy
from doors.doorlib import put
from doors.serverlib import GATE, LOG, POLICY, ack
from verdicts import decidelib, signlib
from verdicts.decidelib import JUDGE
from verdicts.signlib import make_key

from agentops_gates.model.verdict import Ack, Override, Record, Revocation
from agentops_gates.verdicts.statement import dump, record_id

_ALL = "refs/agentops/verdicts/*:refs/agentops/verdicts/*"
_PUSH = ("push", "--no-verify", "origin")
_HOUR = 3600
WORKER, STRANGER = "worker", "stranger"
SIGNED_ONLY = "[verdicts]\nrequired_level = 2\n"


class Try(NamedTuple):
    """How something is pushed: to which ref, with its records or not; or by which refspecs, and as what command."""

    ref: str = MAIN
    records: bool = True
    specs: tuple[str, ...] = ()
    command: tuple[str, ...] = _PUSH
    env: Mapping[str, str] | None = None


Attempt = Callable[[Bench], Try | None]
RECORDS: dict[str, Attempt] = {}
SIGNED: dict[str, Attempt] = {}
SERVER: dict[str, Attempt] = {}


def policy_of(kind: str) -> str:
    """Return the policy of a template."""
    more = {
        "derive": "",
        "strict": '[verdicts]\nrebase = "strict"\n',
        "signed": f'{SIGNED_ONLY}held_apart = ["{JUDGE.principal}", "{LEAD}"]\nhumans = ["{LEAD}"]\n',
    }
    return POLICY + more[kind]


def signers() -> str:
    """Return whose keys main names."""
    return "".join(
        (
            signlib.line(make_key("ed25519"), JUDGE.principal),
            signlib.line(make_key("ed25519", "expired"), JUDGE.principal, 'valid-before="20260201"'),
            signlib.line(make_key("ed25519", "lead"), LEAD),
            signlib.line(make_key("ed25519", WORKER), "ada@example.org"),
        )
    )


def _as(kind: dict[str, Attempt], name: str) -> Callable[[Attempt], Attempt]:
    """Register an attempt, before which two commits were made."""

    def add(attempt: Attempt) -> Attempt:
        def run(bench: Bench) -> Try | None:
            work(bench)
            return attempt(bench)

        kind[name] = run
        return run

    return add


def _judge(kind: dict[str, Attempt], name: str, **how: object) -> None:
    """Register an attempt that is one verdict."""
    _as(kind, name)(lambda bench: bench.judge(**how) and None)  # type: ignore[arg-type, func-returns-value]


def _now() -> int:
    return int(time.time())


# Records that do not count.

_as(RECORDS, "none")(lambda bench: None)
_judge(RECORDS, "warn", word="WARN", findings=("F1",))
_judge(RECORDS, "author", judges=(JUDGE._replace(principal="Ada@Example.org"),))
_judge(RECORDS, "nobody", judges=(JUDGE._replace(principal="friend@example.org"),))


@_as(RECORDS, "later")
def _(bench: Bench) -> Try:
    bench.judge()
    return Try(records=False)


def _acknowledged(bench: Bench, by: str) -> None:
    verdict = bench.judge("WARN", findings=("F1",)).rpartition("/")[2].partition(".")[0]
    bench.keep(Ack(verdict, ("F1",), by, "known", _now() - 30, _HOUR))


_as(RECORDS, "warn-acknowledged")(lambda bench: _acknowledged(bench, LEAD))
_as(RECORDS, "warn-own-ack")(lambda bench: _acknowledged(bench, JUDGE.principal))
_as(RECORDS, "warn-author-ack")(lambda bench: _acknowledged(bench, "ada@example.org"))


@_as(RECORDS, "expired")
def _(bench: Bench) -> None:
    bench.judge(issued=_now() - 2 * _HOUR, lifetime=_HOUR)


@_as(RECORDS, "future")
def _(bench: Bench) -> None:
    bench.judge(issued=_now() + 600)


@_as(RECORDS, "revoked")
def _(bench: Bench) -> None:
    verdict = bench.judge().rpartition("/")[2].partition(".")[0]
    bench.keep(Revocation(verdict, LEAD, "too early", _now()))


@_as(RECORDS, "duplicate-keys")
def _(bench: Bench) -> None:
    """Written by hand, as our own writer would not."""
    content = decidelib.statement(bench.move(), issued=_now() - 60)
    payload = dump(content).replace(b'"verdict":"PASS"', b'"verdict":"FAIL","verdict":"PASS"', 1)
    assert payload.count(b'"verdict":"FAIL"') == 1
    bench.raw(Record(record_id("verdict", payload), "verdict", payload, b""))


@_as(RECORDS, "co-author")
def _(bench: Bench) -> None:
    words = f"two\n\nCo-authored-by: J <{JUDGE.principal}>\n\nThe last paragraph."
    bench.client.git("commit", "-q", "--amend", "-m", words)
    bench.judge(authors=())


@_as(RECORDS, "session")
def _(bench: Bench) -> None:
    bench.client.git("commit", "-q", "--amend", "-m", f"two\n\nAgent-Session: {JUDGE.session}")
    bench.judge(authors=())


@_as(RECORDS, "worse")
def _(bench: Bench) -> None:
    bench.client.commit("worse", {"bad.py": branchy("f", 30)})
    bench.judge()


@_as(RECORDS, "pass-then-fail")
def _(bench: Bench) -> None:
    bench.judge(issued=_now() - 90)
    bench.judge("FAIL")


@_as(RECORDS, "fail-then-pass")
def _(bench: Bench) -> None:
    bench.judge("FAIL", issued=_now() - 90)
    bench.judge()


@_as(RECORDS, "fail-amended")
def _(bench: Bench) -> None:
    bench.judge("FAIL", issued=_now() - 90)
    bench.client.git("commit", "-q", "--amend", "-m", "another message")
    bench.judge()


@_as(RECORDS, "fail-moved-base")
def _(bench: Bench) -> None:
    bench.judge("FAIL", issued=_now() - 90)
    bench.judge()
    bench.advance({"elsewhere.txt": "x\n"})
    bench.client.git("rebase", "-q", BASE)


@_as(RECORDS, "three-fails")
def _(bench: Bench) -> None:
    for number in range(3):
        bench.client.commit(f"try {number}", {"new.txt": f"try {number}\n"})
        bench.judge("FAIL")
    bench.client.commit("at last", {"new.txt": "at last\n"})
    bench.judge()


@_as(RECORDS, "policy")
def _(bench: Bench) -> None:
    bench.judge()
    bench.advance({"agentops-gates.toml": f"{policy_of('derive')}[deadlines]\nci = 77\n"})
    bench.client.git("rebase", "-q", BASE)


@_as(RECORDS, "policy-in-the-change")
def _(bench: Bench) -> None:
    bench.client.commit("looser", {"agentops-gates.toml": "version = 1\n"})
    bench.judge()


@_as(RECORDS, "other-ref")
def _(bench: Bench) -> Try:
    bench.judge()
    return Try(ref="refs/heads/release/1")


def _spent(bench: Bench) -> None:
    bench.judge()
    assert bench.push("HEAD:refs/heads/main", _ALL) == ""
    bench.client.git("fetch", "-q", "origin")


@_as(RECORDS, "after-revert")
def _(bench: Bench) -> None:
    first = bench.client.git("rev-parse", BASE)
    judged = bench.client.head()
    _spent(bench)
    bench.client.git("revert", "--no-edit", f"{first}..HEAD")
    bench.bare.git("fetch", "-q", str(bench.client.path), "HEAD:main")
    bench.client.git("fetch", "-q", "origin")
    assert bench.client.git("rev-parse", f"{BASE}^{{tree}}") == bench.client.git("rev-parse", f"{first}^{{tree}}")
    bench.client.git("cherry-pick", f"{judged}~2..{judged}")


@_as(RECORDS, "rewound")
def _(bench: Bench) -> Try:
    judged = bench.client.head()
    _spent(bench)
    bench.advance({"elsewhere.txt": "x\n"})
    return Try(specs=(f"+{judged}:{MAIN}",))


# Signatures.

_judge(SIGNED, "signed", key="judge")
_judge(SIGNED, "unsigned")
_judge(SIGNED, "worker-key", key=WORKER)
_judge(SIGNED, "stranger-key", key=STRANGER)


@_as(SIGNED, "forged")
def _(bench: Bench) -> None:
    bench.judge(signature=signlib.ssh_sign(make_key("ed25519"), b"something else"))


@_as(SIGNED, "other-purpose")
def _(bench: Bench) -> None:
    content = decidelib.statement(bench.move(), issued=_now() - 60)
    bench.keep(content, signature=signlib.ssh_sign(make_key("ed25519"), dump(content), "git"))


@_as(SIGNED, "own-signers")
def _(bench: Bench) -> None:
    line = signlib.line(make_key("ed25519", STRANGER), JUDGE.principal)
    bench.client.commit("my own judge", {".agents/allowed_signers": signers() + line})
    bench.judge(key=STRANGER)


@_as(SIGNED, "back-dated")
def _(bench: Bench) -> None:
    assert bench.client.git("log", "-1", "--format=%cs") < "2026-02-01"
    bench.judge(key="expired")


def _overridden(bench: Bench, key: str, **changes: str) -> None:
    bench.judge("FAIL", key="judge")
    move = bench.move()
    who = LEAD if key == "lead" else JUDGE.principal
    leave = Override("", move.ref, move.base, move.head_tree, (GATE,), who, "on fire", _now() - 5, _HOUR)
    leave = leave._replace(trees=tuple(sorted(move.trees)))
    bench.keep(leave._replace(**changes), key=key)


_as(SIGNED, "override")(lambda bench: _overridden(bench, "lead"))
_as(SIGNED, "override-by-judge")(lambda bench: _overridden(bench, "judge"))
_as(SIGNED, "override-elsewhere")(lambda bench: _overridden(bench, "lead", head_tree="1" * 40))


# What a server does besides.


@_as(SERVER, "atomic")
def _(bench: Bench) -> Try:
    return Try(specs=(f"HEAD:{MAIN}", bench.judge()), command=("push", "--no-verify", "--atomic", "origin"))


@_as(SERVER, "send-pack")
def _(bench: Bench) -> Try:
    return Try(specs=(f"HEAD:{MAIN}", bench.judge()), command=("send-pack", "../server.git"))


_as(SERVER, "topic")(lambda bench: Try(ref="refs/heads/topic"))
_as(SERVER, "mixed")(lambda bench: Try(specs=("HEAD:refs/heads/topic", f"HEAD:{MAIN}")))
_as(SERVER, "deleted-main")(lambda bench: Try(specs=(f":{MAIN}",)))


@_as(SERVER, "kill-switch")
def _(bench: Bench) -> Try:
    return Try(env={"AGENTOPS_HOOKS_DISABLED": "1", "AGENTOPS_SKIP_PUSH_AFTER_VIBE": "1"})


@_as(SERVER, "overwritten")
def _(bench: Bench) -> Try:
    one, other = bench.judge(), bench.keep(ack())
    assert bench.push(one) == ""
    return Try(specs=(f"+{other}:{one}",))


@_as(SERVER, "deleted-record")
def _(bench: Bench) -> Try:
    one = bench.judge("FAIL")
    assert bench.push(one) == ""
    return Try(specs=(f":{one}",))


@_as(SERVER, "deleted-log")
def _(bench: Bench) -> Try:
    bench.judge("FAIL")
    bench.rolled_up()
    assert bench.push(LOG) == ""
    return Try(specs=(f":{LOG}",))


@_as(SERVER, "forced")
def _(bench: Bench) -> Try:
    bench.advance({"elsewhere.txt": "x\n"})
    bench.judge()
    return Try(specs=(f"+HEAD:{MAIN}", _ALL))


def _judged_tree(bench: Bench, mode: str, name: str, oid: str) -> None:
    move, tree = bench.move(), bench.plant((mode, name, oid))
    bench.judge(move=move._replace(head=bench.client.head(), head_tree=tree, trees=frozenset({tree}), changes=()))


@_as(SERVER, "tree-names")
def _(bench: Bench) -> None:
    inner = bench.tree(("100644", "config", bench.client.git("rev-parse", "HEAD:run.sh")))
    _judged_tree(bench, "40000", ".git", inner)


@_as(SERVER, "tree-slash-judged")
def _(bench: Bench) -> None:
    _judged_tree(bench, "100644", "a/b", bench.client.git("rev-parse", "HEAD:run.sh"))


@_as(SERVER, "tree-slash-fsck")
def _(bench: Bench) -> None:
    bench.bare.git("config", "receive.fsckObjects", "true")
    _judged_tree(bench, "100644", "a/b", bench.client.git("rev-parse", "HEAD:run.sh"))


def _other_program(bench: Bench, program: str) -> None:
    hook = bench.bare.path / "hooks" / "pre-receive"
    lines = [f"python={program}" if line.startswith("python=") else line for line in hook.read_text().split("\n")]
    hook.write_text("\n".join(lines))


@_as(SERVER, "no-interpreter")
def _(bench: Bench) -> Try:
    _other_program(bench, "/nonexistent/python")
    return Try(specs=(f"HEAD:{MAIN}", bench.judge()))


@_as(SERVER, "crash")
def _(bench: Bench) -> Try:
    _other_program(bench, str(put(bench.bare.path / "python", "#!/bin/sh\nkill -9 $$\n")))
    return Try(specs=(f"HEAD:{MAIN}", bench.judge()))


@_as(SERVER, "broken-configuration")
def _(bench: Bench) -> Try:
    put(bench.bare.path / "agentops" / "server.toml", f'signers = "{os.devnull}/signers"\n')
    return Try(specs=(f"HEAD:{MAIN}", bench.judge()))
