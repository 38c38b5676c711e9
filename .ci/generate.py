"""Writes everything that is derived from the gates' metadata; with --check, fails when a file is stale.

Manifest, policy schema, documentation pages, the tables and help text in the README and its picture are born from one
place, so they cannot drift from what the gates do. What is said of bypasses is born where its tests look it up.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, ".ci"))
sys.path.append(os.path.join(ROOT, "tests"))

import picture  # noqa: E402
import settings  # noqa: E402
from bypass import page as bypass_page  # noqa: E402

from agentops_gates.entry import manifest  # noqa: E402
from agentops_gates.gates.registry import built_gates, metadata  # noqa: E402
from agentops_gates.policy import schema  # noqa: E402
from agentops_gates.verdicts import fields  # noqa: E402

PLANNED = {
    "flywheel-lifecycle": "Knowledge really flows: captured, found, cited",
}


def gates_table() -> str:
    """Return the README's table of gates, built and planned."""
    rows = ["| gate | what it stops | runs at | state |", "| --- | --- | --- | --- |"]
    for gate in metadata():
        stages = ", ".join(gate.stages)
        rows.append(f"| [`{gate.id}`](docs/gates/{gate.id}.md) | {gate.title} | {stages}, CI | built |")
    rows += [f"| `{name}` | {title} | | *planned* |" for name, title in PLANNED.items()]
    return "\n".join(rows)


def help_text() -> str:
    """Return ``agentops-gate check --help`` as a fenced block."""
    command = [sys.executable, "-I", "-m", "agentops_gates", "check", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "80"})
    return f"```\n{done.stdout.strip()}\n```"


def gate_page(module: object) -> str:
    """Return the documentation page of a gate: its docstring, its rules with their help, its settings."""
    gate = module.META  # type: ignore[attr-defined]
    rules = "\n".join(f"| {rule.id} | {rule.name} | {rule.level} | {rule.summary} |" for rule in gate.rules)
    settings = "\n".join(
        f"| `{item.name}` | {item.kind} | `{_value(item.default)}` | {item.help}{' Per path.' if item.per_path else ''} |"
        for item in gate.settings
    )
    page = f"# {gate.id}\n\n{(module.__doc__ or '').strip()}\n\n## Rules\n\n| id | name | level | what it means |\n"
    page += f"| --- | --- | --- | --- |\n{rules}\n"
    page += "".join(f"\n### {rule.id} {rule.name}\n\n{_filled(rule.help)}\n" for rule in gate.rules)
    if settings:
        page += f"\n## Settings\n\nIn `[gates.{gate.id}]`:\n\n| key | kind | default | meaning |\n| --- | --- | --- | --- |\n{settings}\n"
    return page


def _filled(text: str) -> str:
    """Return the paragraphs of ``text`` in lines of 120 columns; an example is one line and stays it."""
    return "\n\n".join(
        part if part.startswith("    ") else textwrap.fill(part, 120, break_long_words=False, break_on_hyphens=False)
        for part in text.split("\n\n")
    )


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(list(value) if isinstance(value, tuple) else value)


def readme() -> str:
    """Return the README with its generated blocks made anew."""
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        text = file.read()
    for name, make in {"gates": gates_table, "help": help_text}.items():
        text = _block(text, name, make)
    return text


def _block(text: str, name: str, make: Callable[[], str]) -> str:
    pattern = re.compile(f"(<!-- generated: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"README.md has no block {name!r}")
    return pattern.sub(lambda match: f"{match[1]}{make()}\n{match[2]}", text)


def files() -> dict[str, str]:
    """Return every generated file by its path."""
    return {
        ".pre-commit-hooks.yaml": manifest.render(metadata()),
        "schemas/policy-v1.schema.json": schema.text(metadata()),
        "docs/bypass.md": bypass_page.text(),
        "docs/images/block.svg": picture.svg(),
        "docs/settings.md": settings.page(schema.schema(metadata()), [(gate.id, gate.title) for gate in metadata()]),
        "README.md": readme(),
        **{f"docs/gates/{module.META.id}.md": gate_page(module) for module in built_gates()},
        **{f"schemas/{kind}-v1.schema.json": fields.schema(kind) for kind in fields.KINDS},
    }


def is_stale(path: str, text: str) -> bool:
    """Return whether the file at ``path`` is missing or says something else."""
    try:
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            return file.read() != text
    except FileNotFoundError:
        return True


def write(path: str, text: str) -> None:
    """Put ``text`` at ``path``."""
    target = os.path.join(ROOT, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def main() -> int:
    """Write the files, or with --check say which are stale; exit 1 if any is."""
    check = sys.argv[1:] == ["--check"]
    stale = {path: text for path, text in files().items() if is_stale(path, text)}
    for path, text in stale.items():
        print(f"stale: {path}" if check else f"wrote {path}")
        if not check:
            write(path, text)
    if check and stale:
        print("run: .venv/bin/python .ci/generate.py")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
