"""The file of allowed signers: what an author could write into it, or did by mistake, and what it amounts to."""

from __future__ import annotations

from base64 import b64encode

import pytest
from verdicts.signlib import NOW, Key, line, make_key, record, refusal, ssh_sign, strings, verifier

from agentops_gates.verdicts.signers import read_signers

FILE = ".agents/allowed_signers"


def judge() -> Key:
    return make_key("ed25519")


def named(who: str, options: str = "") -> str:
    return line(judge(), who, options)


REFUSED = {
    "empty": ("", f"is by a key that {FILE} does not list"),
    "commented out": ("#" + named("judge@example.org"), "does not list"),
    "everybody": (named("*"), f"is by the key in line 1 of {FILE}, which names nobody but the pattern *"),
    "everybody, quoted": (named('"*"'), "names nobody but the pattern"),
    "a whole domain": (named("*@example.org"), "names nobody but the pattern *@example.org"),
    "one letter open": (named("judge?@example.org"), "names nobody but the pattern"),
    "everybody but one": (named("*,!worker@example.org"), "says who it is not for"),
    "one, but not him": (named("judge@example.org,!judge@example.org"), "says who it is not for"),
    "an authority": (named("judge@example.org", "cert-authority"), "which is for certificates"),
    "an authority in capitals": (named("judge@example.org", "CERT-Authority"), "which is for certificates"),
    "an authority among others": (named("j@x", 'namespaces="git",cert-authority'), "which is for certificates"),
    "for git only": (
        named("judge@example.org", 'namespaces="git"'),
        f"is by the key of judge@example.org in {FILE}, which is not allowed for agentops-verdict-v1",
    ),
    "for all but verdicts": (
        named("j@x", 'namespaces="*,!agentops-verdict-v1"'),
        "not allowed for agentops-verdict-v1",
    ),
    "an odd namespace": (named("j@x", 'namespaces="agentops-verdict-v1 x"'), "is not understood"),
    "expired": (
        named("judge@example.org", 'valid-before="20260101"'),
        "which expired at 2026-01-01 00:00 UTC (the verifier's clock says 2026-01-02 00:00 UTC)",
    ),
    "expires now": (named("j@x", 'valid-before="20260102000000Z"'), "which expired at 2026-01-02 00:00 UTC"),
    "not yet": (named("j@x", 'valid-after="20270101"'), "which counts from 2027-01-01 00:00 UTC on"),
    "no such day": (named("j@x", 'valid-before="20269999"'), "is refused by ssh-keygen"),
    "no time at all": (named("j@x", 'valid-before="never"'), 'option valid-before="never" is not understood'),
    "a time in other digits": (
        named("j@x", 'valid-before="\uff12\uff10\uff12\uff17\uff10\uff11\uff10\uff11"'),
        "is not understood",
    ),
    "a time without quotes": (named("j@x", "valid-before=20300101"), "is not understood"),
    "the same option twice": (
        named("j@x", 'valid-before="20300101",valid-before="20260101"'),
        "is not understood, or stands twice",
    ),
    "an option of tomorrow": (named("j@x", "needs-two-keys"), "option needs-two-keys is not understood"),
    "an empty option": (named("j@x", 'namespaces=""'), "is not understood"),
    "two names, one key": (
        named("judge@example.org,worker@example.org"),
        f"is by a key that line 1 of {FILE} gives to judge@example.org and worker@example.org: nobody can tell",
    ),
    "two names on two lines": (
        named("judge@example.org") + named("worker@example.org"),
        f"is by a key that lines 1, 2 of {FILE} give to judge@example.org and worker@example.org",
    ),
    "the author's old name": (
        named("worker@example.org", 'valid-before="20200101"') + named("judge@example.org"),
        "nobody can tell a judge from an author",
    ),
    "no key": ("judge@example.org ssh-ed25519\n", "does not list"),
    "half a key": (named("judge@example.org")[:-20] + "\n", "line 1 there cannot be read"),
    "another type before the key": (named("j@x").replace(" ssh-ed25519", " ssh-rsa"), "line 1 there cannot be read"),
    "a key in sloppy Base64": (named("judge@example.org").rstrip() + "=\n", "line 1 there cannot be read"),
    "a key cut by a blank": (named("j@x")[:-30] + " " + named("j@x")[-30:], "line 1 there cannot be read"),
    "an escape sequence": (named("judge\x1b[2K@example.org"), "line 1 there cannot be read"),
    "NUL": ("\0" + named("judge@example.org"), "line 1 there cannot be read"),
    "old Macintosh line ends": ("# all\r" + named("judge@example.org"), "does not list"),
    "a carriage return inside": (named("j@x").replace(" ", "\r", 1), "line 1 there cannot be read"),
    "a name that cannot be seen": (named("\u2060"), "names nobody but the pattern"),
    "a name written backwards": (named("\u202eegduj"), "names nobody but the pattern"),
    "a byte order mark": ("\ufeff" + named("judge@example.org"), "names nobody but the pattern"),
    "a quoted name of two words": (named('"the judge"'), "names nobody but the pattern"),
    "a quote that does not end": (named('"judge@example.org'), "line 1 there cannot be read"),
    "an endless line": ("j" * 20_000 + named("j@x"), "line 1 there cannot be read"),
    "an endless line of quotes": ('"' * 1_000_000 + named("j@x"), "line 1 there cannot be read"),
    "huge": (named("judge@example.org") * 12_000, f"cannot be verified: {FILE} is "),
    "many unreadable lines": ("x\n" * 9, "lines 1, 2, 3, 4, 5, ... there cannot be read"),
}


@pytest.mark.parametrize(("signers", "reason"), REFUSED.values(), ids=REFUSED)
def test_these_lines_make_no_key_count(signers: str, reason: str) -> None:
    assert reason in refusal(verifier(signers), record(ssh_sign(judge())))


def test_another_encoding_makes_no_key_count() -> None:
    signers = named("judge@example.org").encode("utf-16")
    assert "does not list" in refusal(verifier(signers), record(ssh_sign(judge())))


COUNTS = {
    "plain": (named, "judge@example.org"),
    "with a comment": (lambda who: named(who).rstrip() + " the judge's \"laptop\n", "judge@example.org"),
    "quoted": (lambda who: named(f'"{who}"'), "judge@example.org"),
    "without a last line end": (lambda who: named(who).rstrip(), "judge@example.org"),
    "with Windows line ends": (lambda who: "# judges\r\n" + named(who).replace("\n", "\r\n"), "judge@example.org"),
    "with tabs": (lambda who: "\t" + named(who).replace(" ", "\t \t"), "judge@example.org"),
    "after an unreadable line": (lambda who: "\x1b[2J\n\nx y z\n" + named(who), "judge@example.org"),
    "beside a pattern": (lambda who: named(f"{who},*"), "judge@example.org"),
    "beside a line for everybody": (lambda who: named("*") + named(who), "judge@example.org"),
    "twice the same": (lambda who: named(who) + named(who.upper()), "judge@example.org"),
    "expired and renewed": (lambda who: named(who, 'valid-before="2020010100"') + named(who), "judge@example.org"),
    "in its time": (
        lambda who: named(who, 'valid-after="20260101",valid-before="202601020001Z"'),
        "judge@example.org",
    ),
    "for verdicts": (lambda who: named(who, 'namespaces="git,agentops-*"'), "judge@example.org"),
    "options in capitals": (lambda who: named(who, 'NAMESPACES="*",Valid-Before="20300101"'), "judge@example.org"),
    "no e-mail address": (named, "Jürgen"),
    "like an option": (named, "-O"),
    "like a path": (named, "../../etc/passwd"),
}


@pytest.mark.parametrize(("signers", "who"), COUNTS.values(), ids=COUNTS)
def test_these_lines_make_a_key_count(signers, who: str) -> None:
    assert verifier(signers(who)).check(record(ssh_sign(judge()))).principal == who


def test_a_line_without_zone_is_read_in_utc_wherever_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    item = record(ssh_sign(judge()))
    signers = named("judge@example.org", 'valid-before="20260102000001"')
    for zone in ("UTC0", "Pacific/Kiritimati", "XXX+12"):
        monkeypatch.setenv("TZ", zone)
        assert verifier(signers).check(item)
        assert "expired" in refusal(verifier(signers, now=NOW + 1), item)


def test_the_verifiers_clock_decides() -> None:
    item = record(ssh_sign(judge()))
    signers = named("judge@example.org", 'valid-after="20260101",valid-before="20260103"')
    assert verifier(signers).check(item)
    assert "expired" in refusal(verifier(signers, now=NOW + 10 * 365 * 86400), item)
    assert "counts from" in refusal(verifier(signers, now=NOW - 10 * 365 * 86400), item)


def test_a_type_of_key_that_does_not_count_is_named() -> None:
    blob = strings(b"ssh-dss", b"n")
    lines, unread = read_signers(b"judge@example.org ssh-dss " + b64encode(blob) + b"\n", FILE)
    assert not unread
    assert lines[blob][0].problem == "whose type of key (ssh-dss) does not count"


def test_a_thousand_judges_are_read_in_a_moment() -> None:
    keys = (strings(b"ssh-ed25519", number.to_bytes(32, "big")) for number in range(1000))
    many = b"".join(b"judge%d@example.org ssh-ed25519 %s\n" % item for item in enumerate(map(b64encode, keys)))
    signers = many + named("judge@example.org").encode()
    assert verifier(signers).check(record(ssh_sign(judge()))).principal == "judge@example.org"
