"""Scores the predictions of a pre-mortem by what the commits say became of them.

A pre-mortem numbers what it expects to go wrong: ``pm-1``, ``pm-2``, ... Whoever meets one of these, or finds that it
could not happen, says so in a trailer: ``Predicted-By: pm-2 HIT`` or ``Predicted-By: pm-2 MISS``; whoever mends what
nobody had foreseen says ``Predicted-By: nobody``. Many surprises mean that the pre-mortem looked elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..git.messages import trailers
from ..model.light import Literal, NamedTuple
from ..model.text import printable
from .loop import Commit

Result = Literal["HIT", "MISS"]
_ID = re.compile(r"pm-[1-9][0-9]{0,5}")
_CLAIM = re.compile(r"(pm-[1-9][0-9]{0,5}):?(?: (hit|miss))?", re.IGNORECASE)
_NOBODY = ("nobody", "none", "surprise")


class Score(NamedTuple):
    """What became of predictions, each in the order of their numbers.

    ``surprises`` are the commits that mended what nobody had predicted, ``pending`` the predictions that nobody has
    said anything about, and ``unclear`` holds the commit and the value of each trailer that says nothing of the kind.
    """

    hits: tuple[str, ...]
    misses: tuple[str, ...]
    pending: tuple[str, ...]
    surprises: tuple[str, ...] = ()
    unclear: tuple[tuple[str, str], ...] = ()


def is_prediction(name: str) -> bool:
    """Return whether the id of a finding is that of a prediction."""
    return _ID.fullmatch(name) is not None


def score(predictions: Iterable[str], commits: Iterable[Commit], *, complete: bool = False) -> Score:
    """Return what commits say became of the predictions with these ids.

    One HIT outweighs any number of MISSes: it did happen. With ``complete`` the epic is, and what nobody met is a MISS.
    """
    told: dict[str, set[Result]] = {name: set() for name in predictions if is_prediction(name)}
    surprises: list[str] = []
    unclear: list[tuple[str, str]] = []
    for oid, value in _claims(commits):
        name, result = _claim(value)
        if name in told:
            told[name].add(result)
        elif name in _NOBODY:
            surprises.append(oid)
        else:
            unclear.append((oid, value))
    return _sorted(told, complete)._replace(surprises=tuple(dict.fromkeys(surprises)), unclear=tuple(unclear))


def _sorted(told: Mapping[str, set[Result]], complete: bool) -> Score:
    """Return the score of what was told of each prediction."""
    known = sorted(told, key=lambda name: int(name.removeprefix("pm-")))
    hits = tuple(name for name in known if "HIT" in told[name])
    pending = tuple(name for name in known if not told[name] and not complete)
    return Score(hits, tuple(name for name in known if name not in {*hits, *pending}), pending)


def _claim(value: str) -> tuple[str, Result]:
    """Return whom a trailer names, and with which result; a name alone is a HIT, and what is no claim names nobody."""
    match = _CLAIM.fullmatch(value)
    if match is None:
        return value.lower() if value.lower() in _NOBODY else "", "HIT"
    return match[1].lower(), "MISS" if (match[2] or "").lower() == "miss" else "HIT"


def report(found: Score) -> list[str]:
    """Return the score as lines for people; without a prediction there is nothing to score, and it says so."""
    count = len(found.hits) + len(found.misses)
    if not count and not found.pending:
        lines = ["no predictions: nothing to score"]
    elif not count:
        lines = ["insufficient: nothing is known of any prediction yet"]
    else:
        lines = [f"{len(found.hits)} of {count} predictions came true ({100 * len(found.hits) // count} %)"]
    lines += _row("HIT", found.hits)
    lines += _row("MISS", found.misses)
    lines += _row("SURPRISE", [oid[:12] for oid in found.surprises])
    lines += _row("pending", found.pending)
    lines += [f"unclear   {oid[:12]} Predicted-By: {_short(value)}" for oid, value in found.unclear]
    if len(found.surprises) > len(found.hits):
        lines.append("more surprises than hits: the pre-mortem looked elsewhere")
    return lines


def _claims(commits: Iterable[Commit]) -> Iterator[tuple[str, str]]:
    for commit in commits:
        for _, value in trailers(commit.message.partition(b"\n")[2], "predicted-by"):
            yield commit.oid, value


def _row(title: str, names: Sequence[str]) -> list[str]:
    return [f"{title:9} {', '.join(names)}"] if names else []


def _short(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
