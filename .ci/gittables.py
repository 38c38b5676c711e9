"""Writes the tables of git's options in agentops_gates/shell/tables/, from one git or several.

    gittables.py [PATH-OF-GIT]...

Without a path it asks the installed git. What the tables know already stays: they are the union over all versions that
were ever asked, because the git that will read a command line is not known here. A path is that of a git built from
source too (its ``git`` file, not installed).

What git prints is no single truth. ``--git-completion-helper-all`` lists long names, hidden ones included, with ``=``
after most that need a value; ``-h`` and ``--help-all`` show short ones, and values that the helper forgets (``merge
--file``). Both need a repository around them. Commands that are scripts, or do harm when asked, are written by hand.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import textwrap

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDER = os.path.join(ROOT, "agentops_gates", "shell", "tables")
sys.path.insert(0, ROOT)

from agentops_gates.shell.words import names  # noqa: E402

# Scripts, programs that are not git's own, and those that act, wait or serve when they are asked.
BY_HAND = {
    "fast-import": (
        "force quiet stats allow-unsafe-features cat-blob-fd= date-format= done export-marks= import-marks= "
        "import-marks-if-exists= relative-marks max-pack-size= big-file-threshold= depth= active-branches= "
        "export-pack-edges= rewrite-submodules-from= rewrite-submodules-to= signed-commits= signed-tags="
    ),
    "filter-branch": (
        "f/force d= setup= subdirectory-filter= env-filter= tree-filter= index-filter= parent-filter= msg-filter= "
        "commit-filter= tag-name-filter= prune-empty original= state-branch= remap-to-ancestor"
    ),
    "filter-repo": (
        "f/force n/dry-run analyze path= path-glob= path-regex= paths-from-file= path-rename= invert-paths "
        "use-base-name subdirectory-filter= to-subdirectory-filter= replace-text= replace-message= refs= "
        "source= target= partial mailmap= use-mailmap strip-blobs-bigger-than= strip-blobs-with-ids= "
        "strip-submodule-changes tag-rename= preserve-commit-hashes preserve-commit-encoding prune-empty= "
        "prune-degenerate= no-ff commit-callback= blob-callback= tag-callback= reset-callback= filename-callback= "
        "message-callback= name-callback= email-callback= refname-callback= file-info-callback= report-dir= "
        "replace-refs= no-gc date-order quiet proceed no-data-filter sensitive-data-removal state-branch= debug"
    ),
    "submodule": "q/quiet cached",
    "submodule add": "b/branch= f/force q/quiet progress reference= name= depth= ref-format=",
    "submodule status": "q/quiet cached recursive",
    "submodule init": "q/quiet",
    "submodule deinit": "q/quiet f/force all",
    "submodule update": (
        "q/quiet i/init r/remote N/no-fetch f/force checkout merge rebase recommend-shallow reference= recursive "
        "single-branch progress depth= j/jobs= filter= require-init dissociate ref-format="
    ),
    "submodule set-branch": "q/quiet b/branch= d/default",
    "submodule set-url": "q/quiet",
    "submodule summary": "q/quiet cached files n/summary-limit= for-status",
    "submodule foreach": "q/quiet recursive",
    "submodule sync": "q/quiet recursive",
    "submodule absorbgitdirs": "q/quiet",
    "subtree": "h/help q/quiet d/debug P/prefix= b/branch= m/message= annotate= onto= ignore-joins rejoin squash S?",
    "request-pull": "p",
    "instaweb": "l/local d/httpd= m/module-path= p/port= b/browser= start stop restart",
    "mergetool": "t/tool= tool-help y/no-prompt prompt g/gui O=",
    "quiltimport": "author= n/dry-run patches= series= keep-non-patch",
    "send-email": "to= cc= bcc= from= subject= smtp-server= dry-run annotate compose force confirm= identity= to-cmd=",
    "svn": "q/quiet r/revision= A/authors-file= n/dry-run m/message= e/edit d/destination= rmdir no-rebase",
    "p4": "git-dir= v/verbose n/dry-run M branch= origin= detect-branches",
    "lfs": "f/force d/dry-run everything verify-remote r/recent",
    "gui": "",
    "http-push": "all dry-run force verbose d D",
    "sparse-checkout clean": "f/force n/dry-run v/verbose",
    "citool": "amend nocommit",
    "gitk": "all",
    "difftool--helper": "",
    "merge-octopus": "",
    "merge-one-file": "",
    "merge-resolve": "",
    "web--browse": "b/browser= t/tool= c/config=",
    "cvsimport": "d= C= i k u s= p= o= r= R a S= L= A= P= M= x z= v h",
    "cvsexportcommit": "c d= f p a u w= W k m= v",
    "bisect start": "term-new= term-bad= term-old= term-good= no-checkout first-parent",
    "bisect terms": "term-good term-old term-bad term-new",
    "bisect run": "",
    "bisect visualize": "",
    # Their shape in older versions, which have no table of their own.
    "reflog expire": "expire= expire-unreachable= updateref rewrite stale-fix n/dry-run all single-worktree verbose",
    "reflog delete": "updateref rewrite n/dry-run verbose",
    "restore": "2/ours 3/theirs",
    "checkout": "2/ours 3/theirs",
}
SUBCOMMANDS = {
    "submodule": "add status init deinit update set-branch set-url summary foreach sync absorbgitdirs",
    "subtree": "add merge split pull push",
    "bisect": "start bad new good old terms skip next reset visualize view replay log run help",
    "stash": "push save list show pop apply branch drop clear create store export import",
    "lfs": "install uninstall track untrack fetch pull push prune checkout ls-files migrate status env lock unlock",
    "remote": "add rename rm remove set-head set-branches get-url set-url show prune update",
    "svn": "init fetch clone dcommit branch tag log blame find-rev set-tree create-ignore show-ignore mkdirs rebase",
    "p4": "sync rebase clone submit",
}
# Options of walks and diffs have no table in git: their letters and values, for every command that shares them.
WALK = (
    "n/max-count= skip= since= after= until= before= since-as-filter= author= committer= grep= grep-reflog= "
    "i/regexp-ignore-case E/extended-regexp F/fixed-strings P/perl-regexp all-match invert-grep basic-regexp "
    "g/walk-reflogs all branches? tags? remotes? glob= exclude= exclude-hidden= reflog stdin merges no-merges "
    "first-parent oneline graph pretty? format= date= left-right cherry-pick cherry-mark boundary not bisect "
    "encoding= notes? show-signature relative-date parents children full-history simplify-merges ancestry-path? "
    "topo-order date-order author-date-order reverse no-walk? do-walk objects min-parents= max-parents= filter= "
    "p u s z S= G= O= l= U/unified= M/find-renames? C/find-copies? B/break-rewrites? D R a/text w b W t m c cc "
    "r quiet no-prefix output= src-prefix= dst-prefix= line-prefix= diff-filter= ext-diff textconv"
)
WALKERS = {
    *names("log show diff diff-files diff-index diff-tree diff-pairs rev-list whatchanged format-patch range-diff"),
    *("reflog show", "stash show", "stash list"),
}
# Where the letter of one version says something else in another, or the usage line says nothing.
UNASKED = names(
    "fast-import filter-branch submodule submodule--helper shell daemon upload-pack receive-pack upload-archive "
    "upload-archive--writer credential-cache--daemon fsmonitor--daemon http-backend http-fetch http-push imap-send "
    "instaweb remote-ext remote-fd stage-all gui citool serve checkout--worker"
)
_LINE = re.compile(r"^ {2,6}(?:-([a-zA-Z0-9])(?![\w-]))?(?:, )?(?:--(\[no-\])?([a-zA-Z0-9][\w-]*))?(.*)$")


class Table:
    """The options of one command: long names as declared, each with its letters; ``kind`` is "", "=" or "?"."""

    def __init__(self, text: str = "") -> None:
        self.kinds: dict[str, str] = {}
        self.letters: dict[str, str] = {}
        for token in text.split():
            kind = token[-1] if token[-1] in "=?" else ""
            letter, _, name = token.removesuffix(kind).rpartition("/")
            self.put(name, letter, kind)

    def put(self, name: str, letter: str, kind: str) -> None:
        """Add an option; a value that one version needs and the other does not makes it one that needs it."""
        stem = f"no-{name}" if f"no-{name}" in self.kinds else name.removeprefix("no-")
        if stem in self.kinds and len(name) > 1:
            name, kind = stem, self.kinds[stem] or (kind if not name.startswith("no-") else "")
        self.kinds[name] = max(self.kinds.get(name, ""), kind, key=["", "?", "="].index)
        if letter:
            self.letters[letter] = name

    def merge(self, other: Table) -> None:
        """Take in another version's options."""
        letters = {name: letter for letter, name in other.letters.items()}
        for name, kind in other.kinds.items():
            self.put(name, letters.get(name, ""), kind)
        for letter, name in other.letters.items():
            self.letters.setdefault(letter, name)
            self.kinds.setdefault(name, "")
        for letter, name in self.letters.items():
            if len(name) > 1 and letter in self.kinds:
                self.kinds.pop(letter)

    def __str__(self) -> str:
        of: dict[str, list[str]] = {}
        for letter, name in self.letters.items():
            if letter != name:
                of.setdefault(name, []).append(letter)
        words = []
        for name, kind in self.kinds.items():
            words += [f"{letter}/{name}{kind}" for letter in of.get(name, ())] or [name + kind]
        return " ".join(sorted(words, key=lambda word: (word.rpartition("/")[2], word)))


def ask(git: str, folder: str, *args: str) -> str:
    """Return what git prints on both streams; nothing when it does not end."""
    env = {
        "PATH": os.environ["PATH"],
        "HOME": folder,
        "GIT_CONFIG_NOSYSTEM": "1",
        "LC_ALL": "C",
        "GIT_EXEC_PATH": os.path.dirname(git) if os.path.exists(os.path.join(os.path.dirname(git), "Makefile")) else "",
    }
    env = {name: value for name, value in env.items() if value}
    try:
        done = subprocess.run(
            [git, *args], cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=10,
            errors="replace", check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout + done.stderr


def commands(git: str, folder: str) -> list[str]:
    """Return the built-in commands of a git."""
    return [name for name in ask(git, folder, "--list-cmds=builtins").split() if name not in UNASKED]


def completions(git: str, folder: str, verb: str) -> list[str]:
    """Return the words that git would complete after a command; none where it complains instead."""
    said = ask(git, folder, *verb.split(), "--git-completion-helper-all")
    return [] if any(sign in said for sign in ("usage:", "fatal:", "error:")) else said.split()


def read(git: str, folder: str, verb: str) -> tuple[Table, list[str]]:
    """Return the options of a command and the names of its subcommands."""
    table, below = Table(), []
    for word in completions(git, folder, verb):
        if not word.startswith("--"):
            below.append(word)
        elif word != "--":
            kind = "=" if word.endswith("=") else ""
            table.put(word[2:].removesuffix("="), "", kind)
    for question in ("-h", "--help-all"):
        usage(table, ask(git, folder, *verb.split(), question))
    return table, [name for name in below if re.fullmatch(r"[a-z][a-z-]*", name)]


def usage(table: Table, text: str) -> None:
    """Read the lines of a usage text into the table."""
    for line in text.split("\n"):
        found = _LINE.match(line)
        if not found or line.lstrip().startswith(("-<", "--<")):
            continue
        letter, _, name, rest = found.groups()
        if (name or letter) and "opposite of" not in rest:
            table.put(name or letter, letter if name and letter else "", kind_of(rest))


def kind_of(rest: str) -> str:
    """Return the kind of an option by what a usage line says after its name."""
    if rest.startswith("["):
        return "?"
    # A description can follow after one blank where the names are long.
    return "=" if re.match(r" ?[<(=]| \[\(", rest) else ""


def survey(git: str) -> dict[str, Table]:
    """Return the tables of every command of one git."""
    found: dict[str, Table] = {}
    with tempfile.TemporaryDirectory() as folder:
        ask(git, folder, "init", "-q")
        for verb in commands(git, folder):
            found[verb], below = read(git, folder, verb)
            for name in {*below, *SUBCOMMANDS.get(verb, "").split()} - {"help"}:
                found[f"{verb} {name}"] = read(git, folder, f"{verb} {name}")[0]
    return found


def known() -> dict[str, Table]:
    """Return the tables as they are in the tree."""
    from agentops_gates.shell.tables import table, verbs

    return {verb: Table(table(verb) or "") for verb in verbs()}


def merged(gits: list[str]) -> dict[str, Table]:
    """Return the union of what is known with what these gits say and what is written by hand."""
    try:
        tables = known()
    except ImportError:
        tables = {}
    for found in [*map(survey, gits), {verb: Table(text) for verb, text in BY_HAND.items()}]:
        for verb, table in found.items():
            tables.setdefault(verb, Table()).merge(table)
    for verb in tables:
        if verb in WALKERS:
            tables[verb].merge(Table(WALK))
    return tables


def text_of(tables: dict[str, Table], verbs: list[str]) -> str:
    """Return one module with the tables of these commands."""
    lines = ['"""Options of git\'s commands. Generated by .ci/gittables.py."""', "", "TABLES = {"]
    for verb in sorted(verbs):
        line = f'    "{verb}": "{tables[verb]}",'
        if len(line) <= 120:
            lines.append(line)
            continue
        pieces = textwrap.wrap(str(tables[verb]), 109, break_long_words=False, break_on_hyphens=False)
        lines.append(f'    "{verb}": (')
        lines += [f'        "{piece}{" " if number + 1 < len(pieces) else ""}"' for number, piece in enumerate(pieces)]
        lines.append("    ),")
    return "\n".join([*lines, "}", ""])


def main() -> None:
    """Write the tables."""
    from agentops_gates.shell.tables import GROUPS

    tables = merged([os.path.abspath(git) if os.sep in git else git for git in sys.argv[1:]] or ["git"])
    for group in GROUPS:
        with open(os.path.join(FOLDER, f"options_{group[0]}.py"), "w", encoding="utf-8") as file:
            file.write(text_of(tables, [verb for verb in tables if verb[0] in group]))


if __name__ == "__main__":
    main()
