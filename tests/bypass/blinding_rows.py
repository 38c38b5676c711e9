"""What a gate can be blinded with: the rows, performed in test_blinding.py by the attacks of the same names."""

from __future__ import annotations

from bypass.claims import Row, Table

NONE, CANNOT, OTHER, GIT, BYPASS = "no effect", "undecided", "other question", "git refuses", "BYPASS"
_COLUMNS = ("check", "pre-push", "pre-receive")
_TEXT = f"""\
In each row something evil is to reach `main`: a commit that nobody judged, one that makes a function far too complex,
or one hidden in front of a tree that was judged. Without the attack all three doors block it, and let a judged change
through. `pre-push` is the client's hook, in front of a server that has none; `pre-receive` is the server's, behind a
client that skips its own (`--no-verify`), on the same disk: the worst case, as the client's variables reach it.

- **{NONE}**: blocked, and for the same rules as without the attack.
- **{CANNOT}**: blocked, because the gate says that it cannot tell, or that what it is asked makes no sense.
- **{GIT}**: git itself ends before a gate is asked, or after.
- **{OTHER}**: what passes is something else that is in order, and the answer says so: the attack chose the question.
- **{BYPASS}**: the evil passes."""
_CHECK = (
    "`check` is asked by whoever runs it: who chooses the range, the repository, git or Python chooses the answer. "
    "Start it as `python -I -m agentops_gates`."
)


def _row(name: str, attempt: str, *outcomes: str) -> Row:
    """Return a row; one outcome stands for all three doors."""
    return Row(name, attempt, outcomes if len(outcomes) > 1 else outcomes * len(_COLUMNS))


_OBJECTS = (
    _row("replace-commit", "`git replace` of the commit by a judged one, and that pushed too", NONE),
    _row("replace-blob", "`git replace` of the file's content, and that pushed too", NONE),
    _row("replace-base", "`GIT_REPLACE_REF_BASE` and refs elsewhere", NONE),
    _row("grafts", "`info/grafts` in client and server, hiding a commit", NONE, NONE, CANNOT),
    _row("graft-file", "`GIT_GRAFT_FILE`, hiding a commit", NONE, NONE, CANNOT),
    _row("shallow", "a forged `.git/shallow`, hiding a commit", NONE, NONE, CANNOT),
    _row("shallow-file", "`GIT_SHALLOW_FILE`, hiding a commit", NONE, NONE, CANNOT),
    _row("commit-graph", "a forged commit-graph, hiding a commit", NONE, NONE, CANNOT),
    _row("tracking-ref", "`refs/remotes/origin/main` set to the evil commit", OTHER, NONE, NONE),
    _row("lying-commit", "the commit's object file holds a judged commit", CANNOT, GIT, GIT),
    _row("lying-tree", "the tree's object file holds a judged tree", CANNOT),
    _row("lying-blob", "the file's object file holds harmless content", CANNOT),
    _row("partial-clone", "the evil blob left out, as of a partial clone", CANNOT, CANNOT, GIT),
    _row("alternates", "the evil blob in another folder, named in `objects/info/alternates`", NONE),
    _row("tree-dot-dot", "a folder `..` in the tree, with the evil in it", CANNOT),
    _row("tree-dot-git", "a folder `.git` in the tree", CANNOT),
    _row("tree-git-tilde", "a folder `git~1` in the tree", CANNOT),
    _row("tree-slash", "a file whose one name is `a/b.py`", NONE),
    _row("tree-gitmodules", "a `.gitmodules` that is a symbolic link", CANNOT),
)
_SETTINGS = (
    _row("attribute-diff", "`* -diff` in `.gitattributes`, in the same commit", NONE),
    _row("attribute-binary", "`*.py binary` in `.gitattributes`, in the same commit", NONE),
    _row("attribute-generated", "`* linguist-generated` in `.gitattributes`, in the same commit", NONE),
    _row("info-attributes", "all of these in `info/attributes`, in client and server", NONE),
    _row("textconv", "`diff.*.textconv` that says nothing", NONE),
    _row("external-diff", "`diff.external` that says nothing", NONE),
    _row("diff-driver", "`diff.*.command` that says nothing", NONE),
    _row("filter", "`filter.*.clean` and `smudge`", NONE),
    _row("fsmonitor", "`core.fsmonitor` names a command", NONE),
    _row("commands", "other settings that name a command: pager, editor, gpg, askPass, aliases", NONE),
    _row(
        "diff-settings", "`core.bigFileThreshold=1`, `diff.ignoreSubmodules` and other settings that shape a diff", NONE
    ),
    _row("core-worktree", "`core.worktree` leads elsewhere", NONE),
    _row("core-bare", "`core.bare=true`", NONE),
)
_VARIABLES = (
    _row("config-count", "settings in `GIT_CONFIG_COUNT`, `_KEY_`, `_VALUE_`", NONE),
    _row("config-parameters", "settings in `GIT_CONFIG_PARAMETERS`", NONE),
    _row("config-files", "settings in files named by `GIT_CONFIG_GLOBAL` and `GIT_CONFIG_SYSTEM`", NONE),
    _row("diff-variables", "`GIT_EXTERNAL_DIFF`, `GIT_DIFF_OPTS`, `GIT_PAGER`", NONE),
    _row("trace", "`GIT_TRACE`, `GIT_TRACE2` and others, to the terminal", NONE),
    _row("namespace", "`GIT_NAMESPACE`", NONE, NONE, CANNOT),
    _row("discovery", "`GIT_CEILING_DIRECTORIES`, `GIT_DISCOVERY_ACROSS_FILESYSTEM`", NONE),
    _row("pathspecs", "`GIT_ICASE_PATHSPECS`, `GIT_GLOB_PATHSPECS`, `GIT_ATTR_SOURCE`", NONE),
    _row("exec-path", "`GIT_EXEC_PATH` with commands of its own", NONE),
    _row("git-dir", "`GIT_DIR` of a repository in which main is good", OTHER),
    _row("common-dir", "`GIT_COMMON_DIR` of such a repository", CANNOT, GIT, GIT),
    _row("work-tree", "`GIT_WORK_TREE` of such a repository", NONE),
    _row("index-file", "`GIT_INDEX_FILE` of such a repository", NONE),
    _row("object-directory", "`GIT_OBJECT_DIRECTORY` of such a repository", CANNOT, CANNOT, GIT),
    _row("alternate-object-directories", "`GIT_ALTERNATE_OBJECT_DIRECTORIES` of such a repository", NONE),
)
_PROGRAMS = (
    _row("path-git", "a `git` first on PATH that answers for another repository", OTHER, NONE, NONE),
    _row("path-git-inside", "the same `git`, in the work tree", NONE),
    _row("agentops-git", "the same `git`, named by `AGENTOPS_GIT`", OTHER, NONE, NONE),
    _row("path-python", "`python3`, `env`, `cat` and others first on PATH", NONE),
    _row("path-ssh-keygen", "an `ssh-keygen` first on PATH that calls a forged signature good", NONE),
    _row("pythonpath", "`PYTHONPATH` with a `sitecustomize` and shadows of standard modules", NONE),
    _row("pythonpath-script", "the same against the script `agentops-gate`, not `python -I -m`", BYPASS, "-", "-"),
    _row("python-variables", "`PYTHONHOME`, `PYTHONUSERBASE`, `PYTHONSTARTUP`, `PYTHONWARNINGS`", NONE),
    _row("modules", "`json.py`, `argparse.py`, `agentops_gates/` in the work tree", NONE),
    _row("modules-without-isolation", "the same against `python -m` without `-I`", BYPASS, "-", "-"),
)
_RECORDS = (
    _row("record-link", "a record whose payload is a symbolic link", NONE),
    _row("record-executable", "a record whose payload is executable", NONE),
    _row("record-and-more", "a record with a link beside its payload", NONE),
    _row("record-of-its-own-making", "a good payload in a commit with an author and a date", NONE),
    _row("record-symbolic", "a symbolic ref in place of a record", NONE),
    _row("record-folder-link", "`.git/refs/agentops/...` is a link to another folder", NONE),
    _row("packed-refs", "a line of its own in `packed-refs`", NONE),
    _row("twin", "`.agents/council` is a link to pages that say PASS", NONE),
    _row("agents-link", "`.agents` is a link to a list of signers that names the forger", NONE),
)
_WORDS = (
    _row("words-commit", "escape sequences, links and direction marks in a commit message", NONE),
    _row("words-path", "the same in a path", NONE),
    _row("words-ref", "the same, as far as git takes it, in the name of a branch", NONE),
    _row("words-judge", "direction marks in what a judge says", NONE),
    _row("staged", "staged is what is evil, in the work tree lies what is good", NONE),
    _row("skip-worktree", "the same, and `--skip-worktree`", NONE),
    _row("assume-unchanged", "the same, and `--assume-unchanged`", NONE),
    _row("not-checked-out", "`git push origin evil:main` while HEAD is good", "-", NONE, NONE),
)
TABLES = (
    Table("Blinding: objects and history", _TEXT, _COLUMNS, _OBJECTS),
    Table(
        "Blinding: attributes and settings",
        "Commands that are set leave a trace when they run; none did.",
        _COLUMNS,
        _SETTINGS,
    ),
    Table(
        "Blinding: variables", "They are set for the door itself, and for the client that pushes.", _COLUMNS, _VARIABLES
    ),
    Table("Blinding: programs and modules", f"{_CHECK} An installed hook names both itself.", _COLUMNS, _PROGRAMS),
    Table(
        "Blinding: what poses as a record", "Each holds, or promises, a PASS on the evil commit.", _COLUMNS, _RECORDS
    ),
    Table(
        "Blinding: words, and what is not what lies there",
        "Nothing that a gate printed in any row of this page held a character that steers a terminal. In the rows on "
        "what is staged, `check` is `check --staged`.",
        _COLUMNS,
        _WORDS,
    ),
)
