"""Commands other than git that take hooks away, approve what was refused, or act at a service."""

from __future__ import annotations

from collections.abc import Iterator

from ..command import Command
from ..words import names
from .hazard import Found, Hazard, hazard
from .targets import name_of, operands

_MANAGERS = names("pre-commit prek husky lefthook overcommit pre_commit simple-git-hooks yorkie")
_OURS = names("agentops-gate agentops-gates agentops_gates")
_CLIENTS = names("curl wget http https xh")
#: Where services keep branches and tags.
_AT_SERVICE = ("/git/refs", "/repository/branches", "/repository/tags", "/protected_branches")
_RUN = names("npx pnpx bunx yarn pnpm npm bun uvx pipx uv poetry pdm rye hatch bundle exec run dlx x tool")


def managers(command: Command) -> Iterator[Found]:
    """Yield what a command does to hooks, or to its own leave."""
    words = _words(command)
    if not words:
        return
    if words[0] in ("env", "unset"):
        yield from _forgotten(command)
    name, rest = words[0].partition("@")[0].rpartition("/")[2], words[1:]
    found = _leave(command, name, rest)
    if found is not None:
        yield found
    elif name == "gh":
        yield from _service(command, rest)
    elif name in _CLIENTS:
        yield from _request(command)
    elif name == "bfg" or any(map(_is_bfg, rest)):
        yield hazard("AG416", command, "bfg rewrites history")


def _is_bfg(word: str) -> bool:
    return word.rpartition("/")[2].startswith("bfg") and word.endswith(".jar")


def _leave(command: Command, name: str, words: list[str]) -> Hazard | None:
    """Return the danger in taking the hooks away, or in giving oneself leave; None if a command does neither."""
    if name in _MANAGERS and ("uninstall" in words[:2] or "--uninstall" in command_texts(command)):
        return hazard("AG436", command, f"{name} uninstall takes the hooks away")
    if name in _OURS and words[:1] == ["uninstall"]:
        return hazard("AG436", command, "the hooks are taken away")
    if name in _OURS and _leads(words) and "--help" not in _behind(command, words):
        return hazard("AG437", command, "leave is a person's to give")
    return None


def _leads(words: list[str]) -> bool:
    return words[:1] == ["allow"] or words[:2] == ["verdict", "override"]


def _behind(command: Command, words: list[str]) -> list[str]:
    """Return the one word that stands directly behind the first of ``words``: further on it can be a value."""
    texts = command_texts(command)
    place = texts.index(words[0]) + 1 if words[0] in texts else len(texts)
    return texts[place : place + 1]


def _forgotten(command: Command) -> Iterator[Found]:
    for word in command.argv[1:]:
        if (word.text or "").removeprefix("-u").removeprefix("--unset=").startswith("AGENTOPS_ROLE"):
            yield hazard("AG435", word, "the role of a worker is put off")


def command_texts(command: Command) -> list[str]:
    """Return the words of a command, "" for each that is not known."""
    return [word.text or "" for word in command.argv]


def _words(command: Command) -> list[str]:
    """Return the program and its operands, without what only runs it (npx, uv run, python -m)."""
    texts = command_texts(command)
    name = name_of(command)
    if name == "python" and "-m" in texts[:-1]:
        return texts[texts.index("-m") + 1 :]
    words = [name, *(word.text or "" for word in operands(command))]
    while len(words) > 1 and words[0] in _RUN:
        words = words[1:]
    return words


def _request(command: Command) -> Iterator[Found]:
    texts = command_texts(command)
    deletes = any(text.upper().removeprefix("-X").rpartition("=")[2] == "DELETE" for text in texts)
    if deletes and any(place in text for text in texts for place in _AT_SERVICE):
        yield hazard("AG423", command, "a branch or tag is deleted at the service")


def _service(command: Command, words: list[str]) -> Iterator[Found]:
    texts = command_texts(command)
    forcing = {"pr merge": "--admin", "repo sync": "--force"}.get(" ".join(words[:2]), "\0")
    if words[:2] in (["repo", "delete"], ["release", "delete"], ["repo", "archive"]) or forcing in texts:
        yield hazard("AG423", command, f"gh {' '.join(words[:2])} acts at the service at once")
    elif words[:1] == ["api"] and any(map(_writes, texts)) and any(map(_names_rule, texts)):
        yield hazard("AG423", command, "a branch, tag or rule is changed at the service")


def _writes(text: str) -> bool:
    return text.startswith("force=") or text.upper().replace("=", "").endswith(("DELETE", "PATCH", "PUT"))


def _names_rule(text: str) -> bool:
    return any(part in text for part in ("git/refs", "protection", "hooks"))
