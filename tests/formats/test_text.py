"""Text: silent when all is well, otherwise one readable block per thing to do."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from formats.sample_reports import (
    DELTA,
    FAILED,
    HOSTILE,
    META,
    NEW,
    PASSED,
    POLICY,
    REPORTS,
    ROSE,
    SHALLOW,
    SKIPPED,
    UNUSED,
    finding_report,
    hostile_report,
    many,
    report,
)

import agentops_gates
from agentops_gates.formats import FORMATS, registry
from agentops_gates.formats.color import use_color
from agentops_gates.formats.text import render, summary
from agentops_gates.model.errors import UsageError
from agentops_gates.model.finding import GateResult

ROOT = Path(agentops_gates.__file__).parents[1]

EVERYTHING = """\
error AG901: this change loosens the policy
  at   commit 1f1f1f1f1f1f
  fix  take it out of this range
  more agentops-gate explain AG901

error AG601: `Flask.dispatch` rose from 14 to 17 (cyclomatic complexity, limit
       10)
  at   src/flask/app.py:1385
  why  +1 if, line 1391
       +2 and, line 1391
  fix  bring it back to 14 or less
  more agentops-gate explain AG601

error AG602: `parse` is new with 13
  at   src/flask/http.py:12
  fix  bring it to 10 or less
  more agentops-gate explain AG602

undecided push-after-vibe: 3 commits are hidden by a shallow clone
  fix  fetch what is missing, then run this again:
           git fetch --no-tags --unshallow origin {refs}

warning AG607: this comment allows nothing
  at   src/flask/cli.py:77
  fix  remove it
  more agentops-gate explain AG607

note AG609: src/flask/helpers.py:40: `helper` rose from 3 to 5

skip flywheel-lifecycle: insufficient data: 3 learnings of 10
  fix  collect some more
""".format(refs="+refs/x:y" * 9)

CLOSING = """\
blocked: 5 gates, 5 findings (3 errors, 1 warning, 1 note), 1 undecided
  (push-after-vibe), 1 skipped (flywheel-lifecycle), 0.12s
"""


@pytest.mark.parametrize(
    "silent", [report(), report(PASSED), report(PASSED, GateResult("complexity-regression", "pass"))]
)
def test_says_nothing_when_all_is_well(silent):
    assert render(silent) == ""


def test_blocks_are_ordered_aligned_and_complete():
    assert render(report(SKIPPED, SHALLOW, FAILED, PASSED, POLICY)) == EVERYTHING


@pytest.mark.parametrize("name", [name for name in REPORTS if name != "nothing ran"])
def test_what_did_not_pass_is_shown_under_its_own_name(name):
    shown = render(REPORTS[name])
    for gate in REPORTS[name].gates:
        if gate.outcome in {"undecided", "skip"}:
            assert f"{gate.outcome} {gate.id}: {gate.reason or 'no reason given'}" in shown
    assert "pass" not in shown.replace("pass ", "")


def test_a_failure_that_no_finding_explains_is_shown():
    assert "fail policy-change: internal\n" in render(REPORTS["failed without a finding"])


def test_a_gate_that_found_something_and_then_timed_out_says_both():
    shown = render(REPORTS["failed and timed out"])
    assert "error AG602: `parse` is new" in shown
    assert "fail complexity-regression: it did not end within 5 s\n  fix  run it again\n" in shown


@pytest.mark.parametrize("width", [40, 60, 80, 100])
@pytest.mark.parametrize("name", REPORTS)
def test_stays_within_the_width(name, width):
    kept_whole = ("  at   ", " " * 11)
    lines = render(REPORTS[name], width=width).splitlines() + summary(REPORTS[name], width=width).splitlines()
    assert [line for line in lines if len(line) > width and not line.startswith(kept_whole)] == []


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("color", [False, True])
def test_hostile_text_cannot_leave_its_column(text, color):
    # "fix" alone may have several lines, which a gate writes; they stay right of the labels.
    shown = render(hostile_report(text), color=color)
    plain = shown.replace("\x1b[0m", "")
    for code in ("1;31", "1;35", "1;33", "36", "34", "1", "2"):
        plain = plain.replace(f"\x1b[{code}m", "")
    for line in plain.splitlines():
        assert line.isprintable()
        assert line == "" or line.startswith(
            (
                "error AG",
                "undecided push-after-vibe:",
                "warning AG601:",
                "note AG601:",
                "skip flywheel-lifecycle:",
                "  at   ",
                "  why  ",
                "  fix  ",
                "  more agentops-gate explain AG",
                " " * 7,
            )
        )
    assert len(shown) < 45_000


def test_a_rule_is_explained_once_and_a_plain_note_never():
    warned = NEW._replace(level="warning")
    shown = render(finding_report(NEW, NEW._replace(line=13), warned, ROSE, DELTA))
    assert shown.count("  more agentops-gate explain AG602\n") == 1
    assert shown.count("  more agentops-gate explain AG601\n") == 1
    assert "explain AG609" not in shown
    # On the first block of its rule.
    assert shown.index("explain AG602") < shown.index("src/flask/http.py:13")


def test_two_blanks_in_a_path_stay_two():
    assert "  at   a  b .py:12\n" in render(finding_report(NEW._replace(path="a  b .py")))


def test_a_long_path_is_cut_in_the_middle_and_says_so():
    shown = render(finding_report(NEW._replace(path="x/" * 2000 + "end.py")))
    assert "[...3,766 characters...]" in shown
    assert "end.py:12\n" in shown


def test_plain_notes_stand_together_and_lose_nothing_but_the_start_of_a_long_path():
    long = DELTA._replace(path="deep/" * 20 + "end.py", message="a very long message " * 20)
    shown = render(finding_report(DELTA, long, DELTA._replace(path=None, line=None)))
    assert "" not in shown.strip().splitlines()
    assert max(map(len, shown.splitlines())) <= 80
    assert shown.count("message") == 20
    assert "end.py:40: a" in shown


def test_a_note_with_evidence_is_a_block_of_its_own():
    would = ROSE._replace(level="note", message="would block: `f` rose 6 -> 13")
    shown = render(finding_report(would, DELTA))
    assert "  why  " in shown
    assert "  fix  " in shown
    assert "\n\nnote " in shown


def test_evidence_beyond_twenty_lines_is_counted():
    shown = render(finding_report(ROSE._replace(data={"why": [f"+1 if, line {n}" for n in range(50)]})))
    assert "+1 if, line 19\n" in shown
    assert "... and 30 more\n" in shown
    assert "line 20\n" not in shown


LINES = {
    "one": ("+1 if, line 7", "+1 if, line 7"),
    "eight": (f"+8 if, lines {', '.join(map(str, range(8)))}", f"+8 if, lines {', '.join(map(str, range(8)))}"),
    "never cut one": (f"+9 if, lines {', '.join(map(str, range(9)))}", f"+9 if, lines {', '.join(map(str, range(9)))}"),
    "ten": ("+10 if, lines 0, 1, 2, 3, 4, 5, 6, 7, 8, 9", "+10 if, lines 0, 1, 2, 3, 4, 5, 6, 7 and 2 more"),
    "old ones": (
        "-10 if, old lines 0, 1, 2, 3, 4, 5, 6, 7, 8, 9",
        "-10 if, old lines 0, 1, 2, 3, 4, 5, 6, 7 and 2 more",
    ),
    "no lines": ("ports 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10", "ports 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10"),
}


@pytest.mark.parametrize(("text", "expected"), LINES.values(), ids=LINES)
def test_long_lists_of_lines_are_cut_for_people_only(text, expected):
    finding = ROSE._replace(message=f"`f` rose: {text}", data={"why": [text]})
    assert expected in " ".join(render(finding_report(finding), width=100).split())
    told = json.loads(registry.get("json")(finding_report(finding)))["gates"][0]["findings"][0]
    assert told["data"]["why"] == [text]
    assert told["message"].endswith(text)


def test_evidence_never_leaves_out_one():
    shown = render(finding_report(ROSE._replace(data={"why": [f"+1 if, line {n}" for n in range(21)]})))
    assert "+1 if, line 20\n" in shown
    assert "more" not in shown.partition("  fix")[0]


def test_gates_that_say_the_same_are_one_block():
    same = SHALLOW._replace(id="policy-change")
    shown = render(report(SHALLOW, same, SKIPPED, SKIPPED._replace(id="other"), SKIPPED._replace(id="x", reason="y")))
    assert shown.count("3 commits are hidden") == 1
    assert "undecided push-after-vibe, policy-change: 3 commits" in shown
    assert "skip flywheel-lifecycle, other: insufficient" in shown
    assert "skip x: y" in shown


def test_ids_of_many_gates_together_are_wrapped_and_painted_whole():
    gates = [SHALLOW._replace(id=f"a-gate-with-a-long-name-{n}") for n in range(6)]
    shown = render(report(*gates), color=True)
    plain = shown.replace("\x1b[0m", "").replace("\x1b[1;35m", "").replace("\x1b[2m", "")
    assert plain == render(report(*gates))
    assert max(map(len, plain.splitlines()[:3])) <= 80


def test_the_closing_line_says_what_it_was_about():
    assert summary(REPORTS["passed"], judged="staged: 3 files") == (
        "passed: 1 gate, no findings (staged: 3 files), 0.12s\n"
    )
    assert "1 finding (1 warning; staged: 1 file), " in summary(REPORTS["warning"], judged="staged: 1 file")


def test_twenty_thousand_findings_are_cut_to_what_one_reads_errors_first():
    shown = render(many(20_000))
    assert shown.count("error AG601") == 200
    assert "note AG609" not in shown
    assert "... and 19,800 notes more; `agentops-gate check --format json` lists" in shown


def test_color_only_adds_escapes():
    colored = render(REPORTS["everything"], color=True)
    assert "\x1b[1;31merror AG601\x1b[0m: " in colored
    for code in ("0", "1;31", "1;35", "1;33", "36", "34", "1", "2"):
        colored = colored.replace(f"\x1b[{code}m", "")
    assert colored == render(REPORTS["everything"])
    assert "\x1b" not in render(REPORTS["everything"])


def test_own_glyphs_are_ascii():
    assert (render(REPORTS["everything"]) + summary(REPORTS["everything"])).isascii()


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("nothing ran", "nothing was judged: no gates, no findings, 0.12s\n"),
        ("passed", "passed: 1 gate, no findings, 0.12s\n"),
        ("skipped", "nothing was judged: 1 gate, no findings, 1 skipped (flywheel-lifecycle), 0.12s\n"),
        ("warning", "passed with warnings: 1 gate, 1 finding (1 warning), 0.12s\n"),
        ("undecided", "undecided: 1 gate, no findings, 1 undecided (push-after-vibe), 0.12s\n"),
        ("everything", CLOSING),
    ],
)
def test_closing_line(name, line):
    assert summary(REPORTS[name]) == line
    assert summary(REPORTS[name], color=True).split("\x1b[0m")[1] == line.partition(":")[1] + line.partition(":")[2]


def test_closing_line_of_a_long_run_counts_whole_seconds():
    assert summary(REPORTS["passed"]._replace(seconds=61.7)).endswith(", 62s\n")


def test_importing_it_costs_nothing_that_typing_does_not_cost():
    code = (
        "import sys, typing; before = set(sys.modules); sys.path.insert(0, sys.argv[1]);"
        "import agentops_gates.formats.text as text, agentops_gates.formats.registry as registry;"
        "allowed = ('agentops_gates', '__future__', 'importlib');"
        "assert registry.get('text') is text.render;"
        "print(sorted(name for name in set(sys.modules) - before if not name.startswith(allowed)))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code, str(ROOT)], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("sample", REPORTS)
def test_every_format_renders_every_report_the_same_way_twice(name, sample):
    first = registry.get(name)(REPORTS[sample], gates=META, width=60, color=False)
    assert first == "" or first.endswith("\n")
    first.encode()
    if name != "github":  # has a random token in it
        assert registry.get(name)(REPORTS[sample], gates=META, width=60, color=False) == first


def test_an_unknown_format_is_a_usage_error_that_lists_them():
    with pytest.raises(UsageError, match=r"unknown format 'ht\\\\x1bml'") as caught:
        registry.get("ht\x1bml")
    assert caught.value.fix == "choose one of text, json, sarif, junit, github, markdown"


class _Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("mode", "env", "terminal", "expected"),
    [
        ("auto", {}, False, False),
        ("auto", {}, True, True),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"NO_COLOR": "0"}, True, False),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, False, False),
        ("auto", {"CLICOLOR_FORCE": "1"}, False, True),
        ("auto", {"CLICOLOR_FORCE": "0"}, False, False),
        ("auto", {"CLICOLOR_FORCE": ""}, False, False),
        ("auto", {"CLICOLOR": "0"}, True, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"TERM": "dumb", "FORCE_COLOR": "1"}, False, True),
        ("always", {"NO_COLOR": "1", "TERM": "dumb"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_when_color_is_used(mode, env, terminal, expected, monkeypatch):
    stream = _Terminal() if terminal else io.StringIO()
    assert use_color(stream, mode, env) is expected
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert use_color(stream, mode) is expected


def test_a_closed_stream_is_no_terminal():
    stream = io.StringIO()
    stream.close()
    assert use_color(stream) is False


def test_warnings_follow_errors_and_paths_follow_the_alphabet():
    shown = render(
        finding_report(UNUSED, NEW._replace(path="b.py"), NEW._replace(path="a.py", line=9), NEW._replace(path="a.py"))
    )
    places = [line.split()[1] for line in shown.splitlines() if line.startswith("  at ")]
    assert places == ["a.py:9", "a.py:12", "b.py:12", "src/flask/cli.py:77"]
