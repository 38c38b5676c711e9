"""What a verdict is good for and what not: the rows, performed in test_binding.py by the attempts of the same names."""

from __future__ import annotations

from bypass.claims import Row, Table

LEVEL1, LEVEL2 = "accepted at level 1", "accepted at level 2"
DERIVED, OVERRIDDEN, FREE = "derived (AG110)", "overridden (AG109)", "accepted"
DIFFERS, CANNOT, GIT = "refused: AG102", "undecided", "git refuses"
_COLUMNS = ("verdict verify", "pre-receive")
_TEXT = """\
`main` of a server with the hook is to move, and the client skips all of its own. What `agentops-gate verdict verify`
says in the client is held against what the server does. After a refusal no ref of the server has moved, those of
records in the same push included."""


def _both(name: str, attempt: str, outcome: str) -> Row:
    return Row(name, attempt, (outcome, outcome))


def _unread(name: str, attempt: str, outcome: str) -> Row:
    """Return a row about a record that the server does not even take, so no gate has to speak."""
    return Row(name, attempt, (outcome, "refused"))


def _server(name: str, attempt: str, outcome: str) -> Row:
    """Return a row about what only a server is asked."""
    return Row(name, attempt, ("-", outcome))


_COMMITS = (
    _both("as-judged", "exactly what was judged", LEVEL1),
    _both("amended", "the message amended", LEVEL1),
    _both("squashed", "two judged commits squashed to one: its tree was judged too", LEVEL1),
    _both("rebased", "`main` moved elsewhere, and the commits were rebased", DERIVED),
    _both("rebased-strict", 'the same, with `rebase = "strict"`', DIFFERS),
    _both("merged", "`main` moved elsewhere, and the commits were merged into it", DERIVED),
    _both("merged-strict", 'the same, with `rebase = "strict"`', DIFFERS),
    _both("cherry-picked", "`main` moved elsewhere, and the commits were picked onto it", DERIVED),
    _both("evil-line", "one line added", DIFFERS),
    _both("secret", "a secret added and removed again in the middle: the result is the same", DIFFERS),
    _both("secret-squashed-away", "the same, and then squashed away: what was judged", LEVEL1),
    _both("secret-merged", "a branch with the secret in its middle, merged: the result is the same", DIFFERS),
    _both("evil-merge", "a merge that adds something of its own", DIFFERS),
    _both("rebased-evil-line", "rebased onto a moved `main`, and one line added", DIFFERS),
    _both("rebased-secret", "rebased onto a moved `main`, and a secret in the middle", DIFFERS),
    _both("rebased-conflict", "rebased onto a `main` that changed the same file", DIFFERS),
    _both("dropped", "the last of the judged commits left out", DIFFERS),
)
_CHANGES = (
    Row(
        "indent", "`return True` moved out of `if user.admin:`, by its indentation only", ("differs", DIFFERS, DIFFERS)
    ),
    Row("blank", "`'rm -rf /x'` and `'rm -rf / x'`: a blank inside a string", ("differs", DIFFERS, DIFFERS)),
    Row("other-block", "the same hunk at the other of two identical blocks", ("same", DIFFERS, DIFFERS)),
    Row("mode", "the same file, executable", ("differs", DIFFERS, DIFFERS)),
    Row("link", "a symbolic link in place of a file that holds its target", ("differs", DIFFERS, DIFFERS)),
    Row("binary", "other bytes in a binary file", ("same", DIFFERS, DIFFERS)),
)
_RECORDS = (
    _both("none", "no verdict", "refused: AG101"),
    Row("later", "the PASS is not pushed together with the branch, nor was before", (LEVEL1, "refused: AG101")),
    _both("warn", "a WARN only", "refused: AG104"),
    _both("warn-acknowledged", "a WARN, acknowledged by somebody else", LEVEL1),
    _both("warn-own-ack", "a WARN, acknowledged by its own judge", "refused: AG104"),
    _both("warn-author-ack", "a WARN, acknowledged by the author", "refused: AG104"),
    _both("expired", "a PASS that has expired", "refused: AG107"),
    _both("future", "a PASS issued in ten minutes", "refused: AG107"),
    _both("revoked", "a PASS that was revoked", "refused: AG107"),
    Row("duplicate-keys", "a record that says both FAIL and PASS: a JSON key twice", ("refused: AG101", "refused")),
    _both("author", "the judge is the author", "refused: AG106"),
    _both("co-author", "the judge is a co-author", "refused: AG106"),
    _both("session", "the judge worked in the session of a commit", "refused: AG106"),
    _both("nobody", "a judge whom the policy does not name", DIFFERS),
    Row("worse", "a PASS on what the mechanical gates fail", ("refused: AG103", "refused: AG103, AG602")),
    _both("pass-then-fail", "a PASS, and then a FAIL for the same result", "refused: AG103"),
    _both("fail-then-pass", "a FAIL, and then a PASS for the same result", "refused: AG103"),
    _both("fail-amended", "the same, with the message amended in between", "refused: AG103"),
    _both("fail-moved-base", "the same, with the base moved in between", "refused: AG103"),
    _both("three-fails", "a PASS after three FAILs of the same work", "refused: AG108"),
    _both("policy", "the policy on `main` changed since", DIFFERS),
    Row(
        "policy-in-the-change",
        "the change itself asks for no verdict any more",
        ("refused: AG103", "refused: AG103, AG902"),
    ),
    _both("other-ref", "a PASS for `main`, replayed on another protected branch", DIFFERS),
    _both("after-revert", "a PASS that was spent, replayed after a revert", DIFFERS),
    Row("rewound", "a PASS that was spent, replayed by force after more was landed", ("-", "refused: AG111")),
)
_SIGNED = (
    _both("signed", "signed by the judge's key, which is held apart", LEVEL2),
    _unread("unsigned", "not signed", DIFFERS),
    _both("worker-key", "signed by a worker, whose key is known but judges nothing", "refused: AG105"),
    _unread("stranger-key", "signed by a key that nobody knows", DIFFERS),
    _unread("forged", "good payload, with the judge's signature of something else", DIFFERS),
    _unread("other-purpose", "signed by the judge, for another purpose", DIFFERS),
    Row(
        "own-signers",
        "signed by a key that the change itself adds to the signers",
        ("refused: AG103", "refused"),
    ),
    _unread("back-dated", "signed by a key that has expired, on commits that are dated before that", DIFFERS),
    _both("override", "a FAIL, and an override signed by a person whom the policy names", OVERRIDDEN),
    _both("override-by-judge", "a FAIL, and an override signed by a judge", "refused: AG103"),
    _both("override-elsewhere", "a FAIL, and an override for another result", "refused: AG103"),
)
_SERVER = (
    _server("atomic", "a PASS pushed together with the branch, `--no-verify`", LEVEL1),
    _server("send-pack", "the same through `git send-pack`: the same truth", LEVEL1),
    _server("topic", "a branch that is not protected", FREE),
    _server("kill-switch", "the kill switch, in the environment of client and server", "refused: AG101"),
    _server("overwritten", "a verdict's ref forced to another record", "refused"),
    _server("deleted-record", "a verdict's ref deleted", "refused"),
    _server("deleted-log", "the log of verdicts deleted", "refused"),
    _server("deleted-main", "`main` deleted", "refused: AG111"),
    _server("forced", "`main` forced to a judged commit that is not in front of it", "refused: AG111"),
    _server("mixed", "a free branch and an unjudged `main` in one push, not atomic", "refused: AG101"),
    _both("tree-names", "a PASS on a tree with a folder `.git` in it", CANNOT),
    _server("tree-slash-judged", "a PASS on a tree with a file whose one name is `a/b`", LEVEL1),
    _server("tree-slash-fsck", "the same, with `receive.fsckObjects`, as `install --server` advises", GIT),
    _server("no-interpreter", "the interpreter of the hook is gone", "refused"),
    _server("crash", "the hook's program is killed", "refused"),
    _server("broken-configuration", "the administrator's file cannot be read", "refused"),
)
COMMITS = Table("What keeps a verdict, and what loses it", _TEXT, _COLUMNS, _COMMITS)
CHANGES = Table(
    "Two changes that a patch id may not tell apart",
    "One was judged, the other is pushed: in its place, or on a `main` that moved elsewhere.",
    ("patch-id --verbatim", "pre-receive", "pre-receive, base moved"),
    _CHANGES,
)
RECORDS = Table(
    "Verdicts that do not count",
    "At level 1, where whoever may write a record may write any name into it: what these rows stop is the sloppy.",
    _COLUMNS,
    _RECORDS,
)
SIGNED = Table(
    "Verdicts that have to be signed",
    "The policy asks for level 2, and `main` names the keys of a judge, a lead and a worker.",
    _COLUMNS,
    _SIGNED,
)
SERVER = Table(
    "What a server does besides", "Each push is made by a client that skips its own hooks.", _COLUMNS, _SERVER
)
TABLES = (COMMITS, CHANGES, RECORDS, SIGNED, SERVER)
