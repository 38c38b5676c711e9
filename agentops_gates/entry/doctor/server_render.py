"""The report on a server as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ...model.text import printable
from .render import told, wrapped
from .server import Server

SCHEMA = "agentops-gates/doctor-server/v1"


def as_json(found: Server) -> str:
    """Return the diagnosis as one JSON document."""
    policy = found.policy
    document = {
        "schema": SCHEMA,
        "ok": not any(problem.severity == "error" for problem in found.problems),
        "versions": found.versions,
        "repository": {
            "git_dir": found.repo.git_dir,
            "object_format": found.repo.object_format,
            "shallow": found.repo.shallow,
        },
        "hook": {"runs": found.hook.runs, "state": found.hook.words},
        "hooks_path": {"directory": found.place.directory, "scope": found.place.scope, "origin": found.place.origin},
        "policy": policy
        and {
            "ref": found.ref,
            "commit": found.commit,
            "source": policy.source,
            "protected": list(policy.protected),
            "judges": len(policy.council["judges"]),
            "required_level": policy.verdicts["required_level"],
        },
        "signers": {"file": found.keys.place, "keys": found.keys.number},
        "boundary": found.boundary,
        "records": {"refs": found.loose, "log": found.logged},
        "findings": [problem._asdict() for problem in found.problems],
        "assurance": {
            "level": found.level,
            "words": found.assurance,
            "missing": list(found.missing),
            "cannot_stop": list(found.cannot_stop),
        },
    }
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def as_text(found: Server, width: int) -> str:
    """Return the diagnosis for a reader, ``width`` columns wide; paths and commands stay whole."""
    return "\n".join(_lines(found, width)) + "\n"


def _lines(found: Server, width: int) -> Iterator[str]:
    yield from wrapped("   ".join(f"{name} {printable(value)}" for name, value in found.versions.items()), width)
    yield from ("", f"server     {printable(found.repo.common_dir)}")
    for name, value in _facts(found):
        yield from wrapped(f"{name:11}{value}", width, "    ", " " * 15)
    for problem in found.problems:
        yield from ("", *told(problem, width))
    yield from ("", *_assurance(found, width))


def _facts(found: Server) -> Iterator[tuple[str, str]]:
    yield "hooks", f"{printable(found.place.directory)} ({found.place.setter()})"
    yield "hook", f"pre-receive {'judges' if found.hook.runs else 'does NOT judge'}: {found.hook.words}"
    if found.policy is not None:
        judges, wanted = len(found.policy.council["judges"]), found.policy.verdicts["required_level"]
        yield "policy", f"{printable(found.policy.source)}{f', {printable(found.ref)}' if found.ref else ''}"
        yield "protected", printable(", ".join(found.policy.protected)) or "nothing but the branch that HEAD names"
        yield "verdicts", f"asked for at level {wanted}; judges: {judges}" if judges or wanted > 1 else "none asked for"
    yield "signers", f"{found.keys.number} keys in {printable(found.keys.place) or 'no file'}"
    yield "boundary", f"{found.boundary}, for what comes that way" if found.boundary else "none asserted"
    yield "records", f"{found.loose:,} in refs of their own, {found.logged:,} in the log"


def _assurance(found: Server, width: int) -> Iterator[str]:
    if found.level is None:
        yield from wrapped("Assurance: none.", width)
    else:
        yield from wrapped(f"Assurance: verdicts can reach {found.assurance} here, and no more.", width)
    for name, lines in (("What is missing:", found.missing), ("It cannot stop:", found.cannot_stop)):
        if lines:
            yield name
        for line in lines:
            yield from wrapped(line, width, "  - ", "    ")
