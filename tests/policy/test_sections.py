"""The tables about verdicts: what is right, what is wrong and in which words, and what their defaults are."""

from __future__ import annotations

import tomllib
from typing import Any

import jsonschema
import pytest
from conftest import Workspace
from policy.policylib import GATES, policy

from agentops_gates.git.repo import Repo
from agentops_gates.model.errors import UsageError
from agentops_gates.model.gate import Setting
from agentops_gates.policy.load import build, load
from agentops_gates.policy.policy import parts
from agentops_gates.policy.schema import schema
from agentops_gates.policy.sections import JUDGE, SECTIONS
from agentops_gates.policy.show import as_text
from agentops_gates.policy.source import OWN, Source
from agentops_gates.policy.validate import problems

V = "[verdicts]\n"
C = "[council]\n"
J = "[council.judges.ada]\n"
A = J + 'command = ["x"]\n'
B = '[council.judges.bob]\ncommand = ["y"]\n'

VALID = {
    "empty tables": V + C + "[council.judges]",
    "verdicts": V + 'repository = "x/y"\nrebase = "strict"\nlifetime_hours = 1\nrequired_level = 4\nacks_per_day = 0',
    "longest life": V + "lifetime_hours = 8784",
    "level zero": V + "required_level = 0",
    "empty repository": V + 'repository = ""',
    "people": V + 'held_apart = ["a@b"]\nhumans = ["a b", "é"]\nissuers = []',
    "paths": V + 'signers = "keys/signers"\nrevoked = ".x"',
    "path with dots in it": V + 'signers = "a..b/..c/d.."',
    "council": C + "quorum = 50\nvendors = 50\ntimeout = 86400\nretries = 0\noutput_limit = 1000\nshare = 1",
    "checks": C + 'checks = [["sh", ".ci/test"], ["make", "", "a b"], ["sh", "-c", "a\\n\\tb"]]',
    "no checks": C + "checks = []",
    "required": C + 'required = ["**/*.py"]\nenvironment = ["HOME"]',
    "judge": A,
    "whole judge": A
    + 'principal = "a@b"\nvendor = "v"\nmodel = "m"\ncontext = 1000\npaths = ["src"]\nsizes = ["full"]\nhuman = true',
    "empty words": A + 'principal = ""\nvendor = ""\nmodel = ""\nfallback_for = ""',
    "fallback": A + B + 'fallback_for = "ada"',
    "fallback named before": B + 'fallback_for = "ada"\n' + A,
    "judges' names": "".join(f'[council.judges.{name}]\ncommand = ["x"]\n' for name in ("A", "a-b_9", "0", "x" * 40)),
    "fifty judges": "".join(f'[council.judges.j{n}]\ncommand = ["x"]\n' for n in range(50)),
    "longest argument": J + f'command = ["x", "{"a" * 4000}"]',
}

_LIST = 'must be a list of a program and its arguments (["sh", "-c", "..."]), not'
_FILE = "must be the path of a file from the root, with plain slashes, not"
_UNUSABLE = "holds an entry that cannot be used:"
INVALID = {
    "unknown section": ("[verdict]", "unknown key `verdict` at the top level, did you mean `verdicts`?"),
    "section as value": ("council = 1", "`council` at the top level must be a table, not an integer"),
    "section as list": ("[[verdicts]]", "`verdicts` at the top level must be a table, not a list"),
    "unknown key": (
        V + "requird_level = 1",
        "unknown key `requird_level` in [verdicts], did you mean `required_level`?",
    ),
    "unknown council key": (C + "qorum = 1", "unknown key `qorum` in [council], did you mean `quorum`?"),
    "level too high": (V + "required_level = 5", "`required_level` in [verdicts] must be from 0 to 4"),
    "level below": (V + "required_level = -1", "`required_level` in [verdicts] must be from 0 to 4"),
    "level as text": (V + 'required_level = "2"', "`required_level` in [verdicts] must be an integer, not a string"),
    "no life": (V + "lifetime_hours = 0", "`lifetime_hours` in [verdicts] must be from 1 to 8784"),
    "endless life": (V + "lifetime_hours = 8785", "`lifetime_hours` in [verdicts] must be from 1 to 8784"),
    "unknown rebase": (
        V + 'rebase = "derived"',
        "`rebase` in [verdicts] must not be `derived`, did you mean `derive`?",
    ),
    "repository as list": (V + 'repository = ["x"]', "`repository` in [verdicts] must be a string, not a list"),
    "repository with control": (
        V + 'repository = "a\\u001b[2J"',
        "`repository` in [verdicts] cannot be `a\\x1b[2J` (it holds a control character)",
    ),
    "repository too long": (
        V + f'repository = "{"r" * 301}"',
        f"`repository` in [verdicts] cannot be `{'r' * 57}...` (longer than 300 characters)",
    ),
    **{
        f"path {path!r}": (V + f"signers = '{path}'", f"`signers` in [verdicts] {_FILE} `{path}`")
        for path in ("", "/etc/keys", "a/", "../keys", "a/../b", "./a", "a//b", "a\\b", "a/.", "..")
    },
    "path as list": (V + 'revoked = ["x"]', "`revoked` in [verdicts] must be a string, not a list"),
    "humans as text": (V + 'humans = "a@b"', "`humans` in [verdicts] must be a list of strings, not a string"),
    "empty human": (V + 'humans = [""]', "`humans` in [verdicts] holds an entry that cannot be used: `` (it is empty)"),
    "quorum zero": (C + "quorum = 0", "`quorum` in [council] must be from 1 to 50"),
    "vendors zero": (C + "vendors = 0", "`vendors` in [council] must be from 1 to 50"),
    "timeout zero": (C + "timeout = 0", "`timeout` in [council] must be from 1 to 86400"),
    "timeout as float": (C + "timeout = 0.5", "`timeout` in [council] must be an integer, not a float"),
    "share": (C + "share = 41", "`share` in [council] must be from 1 to 40"),
    "checks as one command": (
        C + 'checks = ["sh", "x"]',
        f"`checks` in [council] holds a command (number 1) that {_LIST} a string",
    ),
    "checks as text": (
        C + 'checks = "make"',
        '`checks` in [council] must be a list of commands ([["sh", "-c", "..."]]), not a string',
    ),
    "empty check": (
        C + 'checks = [["x"], []]',
        "`checks` in [council] holds a command (number 2) that must name a program",
    ),
    "required glob": (
        C + 'required = ["!a"]',
        f"`required` in [council] {_UNUSABLE} `!a` (a pattern cannot be negated)",
    ),
    "judges as list": ("[[council.judges]]", "`judges` in [council] must be a table, not a list"),
    "judge as value": (
        "[council.judges]\nada = 1",
        "`ada` in [council.judges] must be a table, not an integer",
    ),
    "judge without command": (J + 'model = "m"', "`command` is missing in [council.judges.ada]"),
    "unknown judge key": (
        A + 'prinzipal = "x"',
        "unknown key `prinzipal` in [council.judges.ada], did you mean `principal`?",
    ),
    "command as text": (J + 'command = "claude -p"', f"`command` in [council.judges.ada] {_LIST} a string"),
    "command empty": (J + "command = []", "`command` in [council.judges.ada] must name a program"),
    "command without program": (J + 'command = ["", "x"]', "`command` in [council.judges.ada] must name a program"),
    "command with number": (
        J + 'command = ["x", 1]',
        "`command` in [council.judges.ada] must be a list of strings, but holds an integer",
    ),
    "command with control": (
        J + 'command = ["x", "\\u001b"]',
        "`command` in [council.judges.ada] holds an entry that cannot be used: `\\x1b` (it holds a control character)",
    ),
    "command with long argument": (
        J + f'command = ["x", "{"a" * 4001}"]',
        f"`command` in [council.judges.ada] {_UNUSABLE} `{'a' * 57}...` (longer than 4000 characters)",
    ),
    "unknown size": (
        A + 'sizes = ["fastest"]',
        "`sizes` in [council.judges.ada] must not hold `fastest`, did you mean `fast`?",
    ),
    "no size": (
        A + "sizes = []",
        "`sizes` in [council.judges.ada] must hold at least 1 of `quick`, `fast`, `full`",
    ),
    "human as text": (A + 'human = "yes"', "`human` in [council.judges.ada] must be true or false, not a string"),
    **{
        f"judge called {name!r}": (
            f'[council.judges."{name}"]\ncommand = ["x"]',
            f"a judge in [council.judges] cannot be called `{shown}`: 1 to 40 of the letters a-z, digits, - and _",
        )
        for name, shown in {"": "", "a.b": "a.b", "a b": "a b", "é": "é", "a\\n": "a\\x0a", "x" * 41: "x" * 41}.items()
    },
    "too many judges": (
        "".join(f'[council.judges.j{n}]\ncommand = ["x"]\n' for n in range(51)),
        "there are more than 50 judges in [council.judges]",
    ),
}

# What no schema can say: whether a name is that of another table.
ALONE = {
    "fallback for nobody": (
        A + B + 'fallback_for = "adda"',
        "`fallback_for` in [council.judges.bob] names no judge: `adda`, did you mean `ada`?",
    ),
    "fallback for itself": (
        A + 'fallback_for = "ada"',
        "`fallback_for` in [council.judges.ada] must name another judge, not this one",
    ),
    "fallback of the only judge": (
        A + 'fallback_for = "x"',
        "`fallback_for` in [council.judges.ada] names no judge: `x`; there are no other judges",
    ),
    "fallback in a ring": (
        A + 'fallback_for = "bob"\n' + B + 'fallback_for = "ada"',
        "`fallback_for` in [council.judges.ada] goes round in a ring: ada, bob, ada",
    ),
}


def _accepted(document: Any) -> bool:
    return jsonschema.Draft7Validator(schema(GATES)).is_valid(document)


@pytest.mark.parametrize("toml", VALID.values(), ids=VALID)
def test_valid_documents_pass_both(toml: str) -> None:
    document = tomllib.loads(toml)
    assert problems(document, GATES) == []
    assert _accepted(document)


@pytest.mark.parametrize(("toml", "message"), INVALID.values(), ids=INVALID)
def test_invalid_documents_fail_both(toml: str, message: str) -> None:
    document = tomllib.loads(toml)
    assert message in [problem.text for problem in problems(document, GATES)]
    assert not _accepted(document)


@pytest.mark.parametrize(("toml", "message"), ALONE.values(), ids=ALONE)
def test_the_validator_alone_knows_the_other_judges(toml: str, message: str) -> None:
    document = tomllib.loads(toml)
    assert message in [problem.text for problem in problems(document, GATES)]
    assert _accepted(document)


SETTINGS = [
    *((section.name, setting) for section in SECTIONS for setting in section.settings),
    *(("judges", setting) for setting in JUDGE),
]


@pytest.mark.parametrize(("where", "setting"), SETTINGS, ids=lambda value: getattr(value, "name", value))
def test_the_schema_knows_every_setting_with_its_help_and_a_default_that_is_valid(where: str, setting: Setting) -> None:
    properties = schema(GATES)["properties"]
    table = (
        properties["council"]["properties"]["judges"]["additionalProperties"]
        if where == "judges"
        else properties[where]
    )
    described = table["properties"][setting.name]
    assert described["description"] == setting.help
    if setting.name != "command":
        assert jsonschema.Draft7Validator(described).is_valid(described["default"])


def test_the_defaults_are_all_there() -> None:
    found = policy("")
    assert found.verdicts == {
        "repository": "",
        "rebase": "derive",
        "lifetime_hours": 168,
        "required_level": 1,
        "signers": ".agents/allowed_signers",
        "revoked": ".agents/revoked_keys",
        "held_apart": (),
        "humans": (),
        "issuers": (),
        "acks_per_day": 10,
    }
    assert found.council == {
        "quorum": 1,
        "vendors": 1,
        "timeout": 600,
        "retries": 1,
        "output_limit": 1_000_000,
        "share": 40,
        "checks": (),
        "required": ("**",),
        "environment": (),
        "checks_environment": (),
        "judges": {},
    }


def test_judges_are_complete_frozen_and_in_the_order_of_their_names() -> None:
    judges = policy(B + C.replace("council", "council.judges.z") + 'command = ["z", "1"]\npaths = ["a"]\n' + A).council[
        "judges"
    ]
    assert list(judges) == ["ada", "bob", "z"]
    assert judges["z"] == {
        "command": ("z", "1"),
        "principal": "",
        "vendor": "",
        "model": "",
        "context": 200_000,
        "paths": ("a",),
        "fallback_for": "",
        "sizes": ("quick", "fast", "full"),
        "human": False,
        "environment": (),
    }


TEXT = V + 'humans = ["p@x"]\n' + C + 'checks = [["sh", "t"], ["make"]]\n' + B + 'paths = ["src/**"]\n' + A


def test_the_digest_names_every_one_of_them() -> None:
    texts = ["", V + "required_level = 2", C + "quorum = 2", A, A + B, A + 'model = "m"', TEXT]
    assert len({policy(text).digest for text in texts}) == len(texts)
    assert policy(V + "required_level = 1\n" + C + "checks = []").digest == policy("").digest
    assert policy(A + B).digest == policy(B + A).digest


def test_what_is_kept_is_what_was_loaded(repo: Workspace) -> None:
    commit = repo.commit("policy", {OWN: TEXT})
    with Repo.open(str(repo.path)) as opened:
        parsed = load(opened, commit, GATES, trust_cache=False)
        assert load(opened, commit, GATES, trust_cache=True) == load(opened, commit, GATES, trust_cache=True) == parsed
    assert list((repo.path / ".git/agentops/policy").glob("*.json"))
    assert parsed.council["checks"] == (("sh", "t"), ("make",))


def test_the_text_that_is_shown_is_that_policy_again() -> None:
    loaded = build(Source(OWN, "", TEXT.encode()), None, GATES)
    text = as_text(loaded)
    assert "[council.judges.bob]\n" in text
    assert 'humans = ["p@x"]                              # agentops-gates.toml:2\n' in text
    again = build(Source(OWN, "", text.encode()), None, GATES)
    assert parts(again.policy) == parts(loaded.policy)


def test_a_message_names_the_line_of_a_judge(repo: Workspace) -> None:
    commit = repo.commit("policy", {OWN: A + "\n[council.judges.bob]\ncomand = []\n"})
    with Repo.open(str(repo.path)) as opened, pytest.raises(UsageError) as caught:
        load(opened, commit, GATES, trust_cache=False)
    assert str(caught.value).splitlines() == [
        f"{OWN}:4 (commit {commit[:12]}): `command` is missing in [council.judges.bob]",
        f"{OWN}:5 (commit {commit[:12]}): unknown key `comand` in [council.judges.bob], did you mean `command`?",
    ]
