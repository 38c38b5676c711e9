"""What a verdict is good for: every row of binding_rows.py, by ``verdict verify`` and by pushes to a server."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest
from bypass import binding_rows as rows
from bypass.bench import BASE, MAIN, Bench
from bypass.binding_changes import CHANGES, COMMITS, FILES, work
from bypass.binding_records import RECORDS, SERVER, SIGNED, Try, policy_of, signers
from click.testing import CliRunner
from doors.doorlib import Installed, quick

from agentops_gates.entry.cli.verdict import command
from agentops_gates.model.errors import UndecidedError

_RULE = re.compile(r"\bAG\d{3}\b")

# What the server says besides the rule, so that nothing is refused for another reason than the row is about.
WHY = {
    "rebased-strict": "base: judged",
    "merged-strict": "base: judged",
    "evil-line": "head tree: judged",
    "secret": "1 of 3 in this range were never judged",
    "secret-merged": "in this range were never judged",
    "evil-merge": "head tree: judged",
    "rebased-evil-line": "the commits are not the same",
    "rebased-secret": "the commits are not the same",
    "rebased-conflict": "the base changed app.py too",
    "dropped": "head tree: judged",
    "nobody": "whom the policy does not name",
    "policy": "policy: judged",
    "other-ref": "ref: judged refs/heads/main, now refs/heads/release/1",
    "after-revert": "base: judged",
    "expired": "expired",
    "future": "in the future",
    "revoked": "revoked",
    "unsigned": "has a signature that is missing",
    "stranger-key": "is by a key",
    "forged": "does not fit the record",
    "other-purpose": "is made for git",
    "back-dated": "which expired at 2026-02-01",
    "duplicate-keys": "has the key `verdict` twice",
    "overwritten": "a record is never changed",
    "deleted-record": "the log here does not hold it",
    "deleted-log": "would be deleted",
    "tree-names": "is a name that no work tree should hold",
    "no-interpreter": "there is no /nonexistent/python",
    "crash": "ended with exit code 137",
    "broken-configuration": "cannot read /dev/null/signers",
}


class Shelf:
    """Makes benches for one test, from templates that are made once a run."""

    def __init__(self, made: Path, folder: Path, installed: Installed) -> None:
        self.made, self.folder, self.installed = made, folder, installed

    def bench(self, kind: str = "derive") -> Bench:
        """Return a copy of the template with the policy of this kind."""
        seed = self.made / kind
        if not seed.exists():
            Bench.make(seed, self.installed, policy_of(kind), {**FILES, ".agents/allowed_signers": signers()})
        return Bench(seed, self.folder / kind, self.installed)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the templates are."""
    return tmp_path_factory.mktemp("binding")


@pytest.fixture
def shelf(made: Path, tmp_path: Path, installed: Installed) -> Shelf:
    """Where benches come from."""
    return Shelf(made, tmp_path, installed)


def outcome(passed: bool, said: str) -> str:
    """Return the outcome in the words of the page."""
    rules = sorted(set(_RULE.findall(said)))
    if not passed and "undecided " in said:
        return rows.CANNOT
    if not passed:
        return f"refused: {', '.join(rules)}" if rules else "refused"
    if "AG110" in rules:
        return rows.DERIVED
    if "AG109" in rules:
        return rows.OVERRIDDEN
    level = re.search(r"at level (\d)", said)
    return f"accepted at level {level[1]}" if level else "accepted"


def verified(bench: Bench, tried: Try) -> str:
    """Return what ``verdict verify`` says of what is about to be pushed; in this process, as starting another costs."""
    with contextlib.chdir(bench.client.path):
        done = CliRunner().invoke(command, ["verify", "--base", BASE, "--ref", tried.ref], standalone_mode=False)
    if isinstance(done.exception, UndecidedError):
        return rows.CANNOT
    assert done.return_value in (0, 1), done.output
    return outcome(done.return_value == 0, " ".join(done.output.split()))


def received(bench: Bench, tried: Try, why: str = "") -> str:
    """Push as the attempt does, and return what the server made of it; ``why`` are words that it has to say."""
    before = bench.refs()
    specs = tried.specs or (
        f"HEAD:{tried.ref}",
        *(["refs/agentops/verdicts/*:refs/agentops/verdicts/*"] * tried.records),
    )
    done = quick(bench.client, *tried.command, *specs, env=tried.env)
    assert (bench.refs() == before) == bool(done.returncode), done.stderr
    if done.returncode and "hook declined" not in done.stderr:
        assert "fsck error" in done.stderr, done.stderr
        return rows.GIT
    said = " ".join(done.stderr.replace("remote:", "").split())
    assert why in said, said
    return outcome(done.returncode == 0, said)


def cells(bench: Bench, tried: Try, row: rows.Row) -> tuple[str, str]:
    """Return what both say, as far as the row asks."""
    first = verified(bench, tried) if row.outcomes[0] != "-" else "-"
    return first, received(bench, tried, WHY.get(row.id, ""))


@pytest.mark.parametrize("row", rows.COMMITS.rows, ids=lambda row: row.id)
def test_commits(shelf: Shelf, row: rows.Row) -> None:
    bench = shelf.bench("strict" if row.id.endswith("-strict") else "derive")
    work(bench)
    bench.judge()
    COMMITS[row.id](bench)
    assert cells(bench, Try(), row) == row.outcomes


@pytest.mark.parametrize("row", rows.CHANGES.rows, ids=lambda row: row.id)
def test_changes(shelf: Shelf, row: rows.Row) -> None:
    bench = shelf.bench()
    judged, pushed = CHANGES[row.id]
    judged(bench)
    bench.judge()
    verdict = bench.move()
    bench.client.git("reset", "-q", "--hard", BASE)
    pushed(bench)
    same = "same" if bench.move().changes == verdict.changes else "differs"
    first = received(bench, Try())
    bench.advance({"elsewhere.txt": "x\n"})
    bench.client.git("rebase", "-q", BASE)
    assert (same, first, received(bench, Try())) == row.outcomes


@pytest.mark.parametrize("row", [*rows.RECORDS.rows, *rows.SIGNED.rows, *rows.SERVER.rows], ids=lambda row: row.id)
def test_records(shelf: Shelf, row: rows.Row) -> None:
    bench = shelf.bench("signed" if row.id in SIGNED else "derive")
    tried = {**RECORDS, **SIGNED, **SERVER}[row.id](bench) or Try()
    assert cells(bench, tried, row) == row.outcomes


def test_every_attempt_has_its_row() -> None:
    attempts = (COMMITS, CHANGES, RECORDS, SIGNED, SERVER)
    assert [set(made) for made in attempts] == [{row.id for row in table.rows} for table in rows.TABLES]
    assert sum(map(len, attempts)) == len(set().union(*attempts))
    assert Try().ref == MAIN
