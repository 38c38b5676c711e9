#!/usr/bin/env python3
"""Lets a person judge in an editor ($VISUAL or $EDITOR, else vi): needs `human = true` in the policy, for the terminal.

The editor shows what the packet holds below a short form. Saving the form without a verdict is no answer.
Copy this file to .agents/judges/ and name it in the policy as {base}/.agents/judges/human.py.
"""

import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

FORM = """\
verdict:
summary:
checked: **
not checked:
# verdict is PASS, WARN or FAIL. One finding a line, as many as there are, for instance:
#   finding: serious | a.py:12 | what is wrong
# (critical, serious, minor or note). For a plan, predictions: one a line, "predicted: what will go wrong".
# Lines with a # are left out. Everything below the next line is only to be read.
"""
CUT = "# ------------------------ >8 ------------------------\n"
ANSWER = "agentops-gates/judge-answer/v1"


def main() -> int:
    """Show the packet, and print the answer that the form makes."""
    packet = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "JUDGE.md")
        with open(path, "w", encoding="utf-8") as file:
            file.write(FORM + CUT + readable(packet))
        edit(path)
        with open(path, encoding="utf-8") as file:
            form = file.read().partition(CUT)[0]
    json.dump(answer(form), sys.stdout)
    return 0


def edit(path: str) -> None:
    """Open the editor on the terminal and wait for it; CalledProcessError or OSError when it cannot."""
    command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    with open("/dev/tty", "r+b", buffering=0) as tty:
        subprocess.run([*command, path], stdin=tty, stdout=tty, stderr=tty, check=True)


def answer(form: str) -> dict[str, Any]:
    """Return the answer that a filled-in form makes; raises SystemExit for one that is not filled in."""
    pairs = entries(form)
    single = dict(pairs)
    if single.get("verdict") not in ("PASS", "WARN", "FAIL"):
        raise SystemExit("the form has no verdict: nobody judged")
    made: dict[str, Any] = {
        "schema": ANSWER,
        "verdict": single["verdict"],
        "summary": single.get("summary") or single["verdict"],
        "findings": [finding(number, text) for number, text in numbered(pairs, "finding")],
        "checked": words(single.get("checked", "")),
        "not_checked": [single["not checked"]] if single.get("not checked") else [],
    }
    predictions = [{"id": f"P{number}", "text": text} for number, text in numbered(pairs, "predicted")]
    return {**made, "predictions": predictions} if predictions else made


def entries(form: str) -> list[tuple[str, str]]:
    """Return what stands before and after the colon of each line."""
    lines = [line for line in form.splitlines() if line.strip() and not line.startswith("#")]
    return [(key.strip().lower(), value.strip()) for key, _, value in (line.partition(":") for line in lines)]


def numbered(pairs: list[tuple[str, str]], name: str) -> Iterator[tuple[int, str]]:
    """Yield what stands in the lines of that name, counted from 1."""
    yield from enumerate([value for key, value in pairs if key == name and value], 1)


def finding(number: int, text: str) -> dict[str, str]:
    """Return the finding that a line is; raises SystemExit for one that lacks a part."""
    severity, location, description = (part.strip() for part in [*text.split("|", 2), "", ""][:3])
    if not description:
        raise SystemExit(f"finding {number} is not: severity | place | what is wrong")
    return {"id": f"F{number}", "severity": severity, "description": description, "location": location}


def words(text: str) -> list[str]:
    """Return what commas part."""
    return [word.strip() for word in text.split(",") if word.strip()]


def readable(packet: dict[str, Any]) -> str:
    """Return the packet as text to read."""
    parts = [f"{packet['kind']} for {packet['gate']}", json.dumps(packet["subject"], indent=2)]
    if packet["plan"]:
        parts.append(f"PLAN\n{packet['plan']['text']}")
    parts += [f"CHECK {check['check']}: {check['result']}\n{check['output']}" for check in packet["mechanical"]]
    parts += [f"COMMIT {commit['oid']}\n{commit['message']}" for commit in packet["commits"]]
    parts += [f"FILE {file['path']} ({file['status']})\n{file['diff']}" for file in packet["files"]]
    parts += [f"ON THE WAY {part['path']} ({part['commit']})\n{part['diff']}" for part in packet["history"]]
    parts += [f"NOT SHOWN {name}" for name in packet["not_included"]]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.exit(main())
