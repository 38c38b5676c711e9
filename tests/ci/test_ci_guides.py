"""The set-up guides: what they tell to paste is valid, and what they point to is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from ci.actionlib import ROOT, load_yaml

from agentops_gates.gates.registry import metadata
from agentops_gates.policy.validate import problems

DOCS = ROOT / "docs"
GUIDES = ("ci.md", "github.md", "laptop.md", "server.md", "verdicts.md")
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def blocks(name: str, language: str) -> list[str]:
    """Return the fenced blocks of a page, without the indentation of the list that they stand in."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", (DOCS / name).read_text(), re.MULTILINE | re.DOTALL)
    return ["".join(line.removeprefix(indent) for line in text.splitlines(keepends=True)) for indent, text in found]


def anchors(path: Path) -> set[str]:
    """Return the anchors that GitHub makes of a page's headings."""
    titles = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("name", GUIDES)
def test_its_links_lead_somewhere(name: str) -> None:
    for link in _LINK.findall((DOCS / name).read_text()):
        if "://" in link:
            continue
        file, _, anchor = link.partition("#")
        target = (DOCS / file).resolve() if file else DOCS / name
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_the_policy_of_the_laptop_is_one() -> None:
    first, more = blocks("laptop.md", "toml")
    document = tomllib.loads(first + more)
    assert problems(document, metadata(), "") == []
    assert document["council"]["judges"]["claude"]["command"][2].endswith("/agent_cli.py")
    assert (ROOT / "examples" / "judges" / "agent_cli.py").exists()
    assert document["verdicts"]["required_level"] == 2


def test_the_required_workflow_gives_what_the_action_takes(tmp_path: Path) -> None:
    (text,) = blocks("github.md", "yaml")
    head, _, step = text.partition("# ...\n")
    (tmp_path / "head.yml").write_text(head)
    (tmp_path / "step.yml").write_text(step.replace("@<commit>", ""))
    assert set(load_yaml(tmp_path / "head.yml")["on"]) == {"pull_request", "merge_group"}
    (given,) = load_yaml(tmp_path / "step.yml")
    action = load_yaml(ROOT / "action.yml")
    assert set(given["with"]) <= set(action["inputs"])
    assert given["with"]["boundary"] in action["inputs"]["boundary"]["description"]
