"""Adds our hooks to a .pre-commit-config.yaml, leaving every byte that somebody wrote.

The text gets new lines at places that a YAML parser found; what comes out is parsed again and compared with what it
should say. Where the style leaves no place for a line (flow style), the document is written anew by ruamel's round
trip, which keeps comments, order and quotes. Whatever fits neither way is refused.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence

from ..model.light import TYPE_CHECKING, Any, NamedTuple
from ..policy.hookids import is_ours
from ..policy.yamldoc import plain

if TYPE_CHECKING:
    from ruamel.yaml.nodes import SequenceNode

REPOSITORY = "https://github.com/agentops-gates/agentops-gates"
_NOWHERE = (-1, "")
TYPES = "default_install_hook_types"


class Entry(NamedTuple):
    """What is added: the version to pin, the hooks' ids, and the hook types that `pre-commit install` must install.

    ``known`` are all ids that a hook of ours can have (see ``hookids``): they tell what is there already.
    """

    rev: str
    ids: tuple[str, ...]
    types: tuple[str, ...]
    known: Mapping[str, tuple[str, ...]]


def chosen(text: str, entry: Entry) -> list[str]:
    """Return the hooks of ours in ``text`` if it lacks any of ``entry``: somebody chose these, and :func:`edit` agrees.

    Raises ValueError as edit does.
    """
    names = _ours(_read(text.removeprefix("\ufeff")), entry)
    return names if names and not set(entry.ids) <= set(names) else []


def edit(text: str, entry: Entry) -> str:
    """Return ``text`` with our hooks and hook types; unchanged if they are there, whatever their version.

    Of the hooks of ``entry`` those that are missing join the others, unless single gates were chosen: a hook that
    runs all gates would run these again. Raises ValueError, with the reason in words, for a document that is broken
    or cannot be extended.
    """
    bom = "\ufeff" if text.startswith("\ufeff") else ""
    body = text.removeprefix("\ufeff")
    old = _read(body)
    wanted = _wanted(old, entry)
    if wanted == old:
        return text
    for way in (_insert, _round_trip):
        new = way(body, entry, wanted)
        if new is not None and _says(new, wanted):
            return bom + new
    raise ValueError("written in a style that cannot be extended safely: add the hooks by hand, as the README shows")


def _read(text: str) -> dict[str, Any]:
    found = plain(text.encode())
    if found is None:
        return {}
    lists = isinstance(found, dict) and all(isinstance(found.get(key) or [], list) for key in (TYPES, "repos"))
    if isinstance(found, dict) and lists:
        return found
    old = isinstance(found, list)
    raise ValueError("in the old format: run pre-commit migrate-config" if old else "not a configuration of pre-commit")


def _wanted(old: dict[str, Any], entry: Entry) -> dict[str, Any]:
    new = copy.deepcopy(old)
    types = new.get(TYPES) or []
    new[TYPES] = types + [kind for kind in entry.types if kind not in types]
    place, missing = _partial(old, entry)
    if missing:
        new["repos"][place]["hooks"] += [{"id": name} for name in missing]
    elif not _ours(old, entry):
        ours = {"repo": REPOSITORY, "rev": entry.rev, "hooks": [{"id": name} for name in entry.ids]}
        new["repos"] = [*(new.get("repos") or []), ours]
    return new


def _ours(document: dict[str, Any], entry: Entry) -> list[str]:
    """Return the ids of our hooks in a document, whatever the address of the repository that they come from."""
    found: list[str] = []
    for repository in document.get("repos") or ():
        hooks = repository.get("hooks") if isinstance(repository, dict) else None
        for hook in hooks if isinstance(hooks, list) else ():
            if isinstance(hook, dict) and is_ours(repository.get("repo"), hook, entry.known):
                found.append(str(hook.get("id")))
    return found


def _partial(old: dict[str, Any], entry: Entry) -> tuple[int, list[str]]:
    """Return which repository of the list has hooks of ``entry``, and those of them that none has.

    There are none to add where other hooks of ours were chosen, nor where all are local: such a one needs more than
    its id.
    """
    names = _ours(old, entry)
    if names and set(names) <= set(entry.ids):
        for place, repository in enumerate(old["repos"]):
            if _ours({"repos": [repository]}, entry) and repository.get("repo") != "local":
                return place, [name for name in entry.ids if name not in names]
    return -1, []


def _says(text: str, wanted: dict[str, Any]) -> bool:
    try:
        return _read(text) == wanted
    except ValueError:
        return False


def _insert(text: str, entry: Entry, wanted: dict[str, Any]) -> str | None:
    """Put lines into the text; None where its style has no place for them."""
    nodes = _nodes(text)
    old = _read(text)
    pieces: list[tuple[int, str]] = []
    place, missing = _partial(old, entry)
    if missing:
        pieces.append(_hooks(text, nodes["repos"][1], place, missing))
    elif wanted.get("repos") != old.get("repos"):
        pieces.append(_repository(text, nodes["repos"][1] if "repos" in nodes else None, entry))
    if wanted[TYPES] != old.get(TYPES):
        missing = [kind for kind in wanted[TYPES] if kind not in (old.get(TYPES) or [])]
        pieces.append(_hook_types(text, nodes, missing))
    return None if _NOWHERE in pieces else _put(text, pieces)


def _nodes(text: str) -> dict[str, Any]:
    """Return the document's top-level keys, each with its two nodes: of the key, and of its value."""
    from ruamel.yaml import YAML

    root: Any = YAML(typ="rt", pure=True).compose(text)
    pairs = root.value if root is not None else ()
    return {key.value: (key, value) for key, value in pairs if key.id == "scalar"}


def _put(text: str, pieces: Sequence[tuple[int, str]]) -> str:
    """Return ``text`` with each piece at its position, in the text's own line ends."""
    newline = "\r\n" if "\r\n" in text else "\n"
    for position, piece in sorted(pieces, reverse=True):
        gap = newline if position and text[position - 1] != "\n" and "\n" in piece else ""
        text = text[:position] + gap + piece.replace("\n", newline) + text[position:]
    return text


def _repository(text: str, repos: SequenceNode | None, entry: Entry) -> tuple[int, str]:
    """Return where our repository goes, and its lines in the style of the ones that are there."""
    if repos is None:
        return len(text), "repos:\n" + _lines(entry, 2, 2, 2, 2)
    if not _is_block(repos):
        return _NOWHERE
    dash, first = repos.start_mark.column, repos.value[0]
    inside = first.start_mark.column
    hooks = next((value for key, value in first.value if key.value == "hooks"), None) if first.id == "mapping" else None
    if hooks is not None and _is_block(hooks):
        indent, width = hooks.start_mark.column - inside, hooks.value[0].start_mark.column - hooks.start_mark.column
    else:
        indent, width = 0, inside - dash
    piece = _lines(entry, dash, inside - dash, indent, width)
    return _end(text, repos), ("\n" if _spaced(text, repos) else "") + piece


def _hooks(text: str, repos: SequenceNode, place: int, missing: Sequence[str]) -> tuple[int, str]:
    """Return where further hooks of one repository go, and their lines in the style of the ones that are there."""
    if repos.flow_style or repos.value[place].flow_style:
        return _NOWHERE
    hooks = next((value for key, value in repos.value[place].value if key.value == "hooks"), None)
    if hooks is None or not _is_block(hooks):
        return _NOWHERE
    dash, first = hooks.start_mark.column, hooks.value[0].start_mark.column
    rows = (f"{' ' * dash}{'-':{first - dash}}id: {name}\n" for name in missing)
    return _end(text, hooks), "".join(rows)


def _spaced(text: str, repos: SequenceNode) -> bool:
    """Tell whether a blank line stands above the last entry of several."""
    above = text[: text.rfind("\n", 0, repos.value[-1].start_mark.index) + 1].split("\n")
    return len(repos.value) > 1 and not above[-2].strip()


def _is_block(node: SequenceNode) -> bool:
    # A list with an anchor is marked where the anchor stands, and that tells nothing about its columns.
    plain_list = node.id == "sequence" and not node.flow_style and bool(node.value) and not node.anchor
    return plain_list and bool(node.value[0].start_mark.column > node.start_mark.column)


def _lines(entry: Entry, margin: int, width: int, indent: int, hook_width: int) -> str:
    """Return our repository: columns before the dash, from dash to keys, from keys to hooks, from dash to hook."""
    inner = " " * (margin + width)
    rows = [f"{' ' * margin}{'-':{width}}repo: {REPOSITORY}", f"{inner}rev: {entry.rev}", f"{inner}hooks:"]
    rows += [f"{inner}{' ' * indent}{'-':{hook_width}}id: {name}" for name in entry.ids]
    return "".join(f"{row}\n" for row in rows)


def _end(text: str, items: SequenceNode) -> int:
    """Return where the list ends: before the blank lines and the comments that belong to what follows it."""
    end = text.rfind("\n", 0, items.end_mark.index) + 1 if text[items.end_mark.index :].strip() else len(text)
    lines = text[items.value[-1].start_mark.index : end].splitlines(keepends=True)
    following = bool(text[end:].strip())
    kept = len(lines)
    while kept > 1 and _beyond(lines[kept - 1], items.start_mark.column):
        kept -= 1
    # A comment right below the last entry is the end of the list, unless a key follows it at once.
    if not following:
        while kept < len(lines) and lines[kept].startswith("#"):
            kept += 1
    return end - sum(map(len, lines[kept:]))


def _beyond(line: str, column: int) -> bool:
    """Tell whether a line is blank, or a comment that stands left of a list at ``column`` (or all to the left)."""
    body = line.lstrip(" ")
    return not body.strip() or (body.startswith("#") and len(line) - len(body) < max(column, 1))


def _hook_types(text: str, nodes: dict[str, Any], missing: Sequence[str]) -> tuple[int, str]:
    """Return where the missing hook types go, and what to write there."""
    if TYPES not in nodes:
        position = _above(text, nodes["repos"][0].start_mark.index) if "repos" in nodes else len(text)
        return position, f"{TYPES}: [{', '.join(missing)}]\n"
    types = nodes[TYPES][1]
    if types.id != "sequence":
        return _NOWHERE
    if not _is_block(types):
        close = types.end_mark.index - 1
        comma = "" if text[:close].rstrip().endswith(("[", ",")) else ", "
        return close, comma + ", ".join(missing)
    margin = " " * types.start_mark.column
    after = text.find("\n", types.value[-1].start_mark.index) + 1
    return after or len(text), "".join(f"{margin}- {kind}\n" for kind in missing)


def _above(text: str, anchor: int) -> int:
    """Return the start of the line at ``anchor``, above comments that stand right on top of it.

    A comment that begins the file is about the file: what is new goes below it.
    """
    start = text.rfind("\n", 0, anchor) + 1
    top = start
    while top and text[text.rfind("\n", 0, top - 1) + 1 : top].startswith("#"):
        top = text.rfind("\n", 0, top - 1) + 1
    return top if text[:top].strip() else start


def _round_trip(text: str, entry: Entry, wanted: dict[str, Any]) -> str | None:
    import io

    from ruamel.yaml import YAML
    from ruamel.yaml.util import load_yaml_guess_indent

    _, indent, dash = load_yaml_guess_indent(text)
    yaml: Any = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.width = 1 << 16
    yaml.explicit_start = bool(re.search(r"^---", text, re.MULTILINE))
    yaml.indent(mapping=2, sequence=indent or 2, offset=dash or 0)
    document = yaml.load(text)
    for key in (TYPES, "repos"):
        if document.get(key) is None:
            document[key] = []
        document[key].extend(wanted[key][len(document[key]) :])
    place, missing = _partial(_read(text), entry)
    if missing:
        document["repos"][place]["hooks"].extend({"id": name} for name in missing)
    out = io.StringIO(newline="")
    yaml.line_break = "\r\n" if "\r\n" in text else "\n"
    yaml.dump(document, out)
    return out.getvalue()
