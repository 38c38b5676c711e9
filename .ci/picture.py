"""Draws the README's terminal picture from what the gate really prints, in a repository made for it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from xml.sax.saxutils import escape

_BEFORE = """\
def price(order, customer):
    total = sum(line.amount for line in order.lines if not line.free)
    if customer.member and total > 100:
        total *= 0.9
    for voucher in order.vouchers:
        if voucher.valid and not voucher.used:
            total -= voucher.amount
    if order.express:
        total += 12
    return max(total, 0)
"""
_AFTER = _BEFORE.replace(
    "    return max",
    """\
    if order.country != "DE":
        if order.country in EU or customer.business:
            total += 9
        else:
            total += 19
    return max""",
)
_IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"), ("DATE", "2026-01-02T03:04:05Z"))
}
_COLORS = {
    "31": "#ff7b72",
    "32": "#7ee787",
    "33": "#e3b341",
    "34": "#79c0ff",
    "35": "#d2a8ff",
    "36": "#76e3ea",
    "2": "#8b949e",
}
_WIDTH, _LINE, _CHAR = 80, 19, 8.43


def svg() -> str:
    """Return the picture of a staged change that the gate stops."""
    lines = ["\x1b[32m$\x1b[0m agentops-gate check --staged", *_blocked().splitlines()]
    height = 52 + _LINE * len(lines)
    width = round(_WIDTH * _CHAR) + 32
    rows = "\n".join(_row(number, line) for number, line in enumerate(lines))
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">
<title>agentops-gate stops a change that makes a function more complex</title>
<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>
<circle cx="18" cy="16" r="5" fill="#ff5f57"/><circle cx="36" cy="16" r="5" fill="#febc2e"/>\
<circle cx="54" cy="16" r="5" fill="#28c840"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="#e6edf3" xml:space="preserve">
{rows}
</g>
</svg>
"""


def _blocked() -> str:
    gate = [sys.executable, "-I", "-m", "agentops_gates", "check", "--staged", "--color", "always"]
    with tempfile.TemporaryDirectory() as folder:
        git = _git(folder)
        git("init", "--quiet")
        _write(folder, _BEFORE)
        git("add", "shop.py")
        git("commit", "--quiet", "--no-verify", "-m", "Price orders")
        _write(folder, _AFTER)
        git("add", "shop.py")
        done = subprocess.run(gate, cwd=folder, capture_output=True, text=True, check=False, env=_environment())
    if done.returncode != 1:
        raise SystemExit(f"the picture's commit was not stopped: {done.stdout}{done.stderr}")
    # How long it took is the one thing that differs from run to run.
    return re.sub(r"\b\d+\.\d+s\b", "0.03s", done.stdout.rstrip())


def _git(folder: str):  # type: ignore[no-untyped-def]
    def run(*args: str) -> None:
        subprocess.run(["git", *args], cwd=folder, check=True, env=_environment())

    return run


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "CI", "GITHUB_"))}
    return {**kept, **_IDENTITY, "COLUMNS": "80"}


def _write(folder: str, text: str) -> None:
    with open(os.path.join(folder, "shop.py"), "w", encoding="utf-8") as file:
        file.write(text)


def _row(number: int, line: str) -> str:
    spans = []
    color, bold = "", False
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        code = re.fullmatch(r"\x1b\[([0-9;]*)m", part)
        if code:
            for item in (code[1] or "0").split(";"):
                color, bold = ("", False) if item == "0" else (_COLORS.get(item, color), bold or item == "1")
        elif part:
            style = (f' fill="{color}"' if color else "") + (' font-weight="bold"' if bold else "")
            spans.append(f"<tspan{style}>{escape(part)}</tspan>")
    return f'<text x="16" y="{50 + number * _LINE}">{"".join(spans)}</text>'
