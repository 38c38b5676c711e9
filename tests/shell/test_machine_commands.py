"""What is told of a command besides its words."""

import pytest
from shell.following import first, gits, shown

from agentops_gates.shell.command import Command, Doubt
from agentops_gates.shell.machine import State, commands
from agentops_gates.shell.value import literal

ENVIRONMENTS = {
    "A=1 git s": {"A": "1"},
    "A=1; git s": {},
    "export A=1; git s": {"A": "1"},
    "A=1; export A; git s": {"A": "1"},
    "declare -x A=1; git s": {"A": "1"},
    "typeset -x A=1; git s": {"A": "1"},
    "set -a; A=1; git s": {"A": "1"},
    "set -o allexport; A=1; git s": {"A": "1"},
    "set -a; set +a; A=1; git s": {},
    "export A=1; unset A; git s": {},
    "export A=1; export -n A; git s": {},
    "export A=1; A=2; git s": {"A": "2"},
    "env A=1 git s": {"A": "1"},
    "A=1 env -u A git s": {},
    "env -i A=1 git s": {"A": "1"},
    "export B=1; env -i A=1 git s": {"A": "1"},
    "env -S 'A=1 git s'": {"A": "1"},
    "sudo A=1 git s": {"A": "1"},
    "A=1 sudo git s": {"A": "1"},
    "A=1 bash -c 'git s'": {"A": "1"},
    "A=1; bash -c 'git s'": {},
    "export A=1; bash -c 'git s'": {"A": "1"},
    "A=1 eval 'git s'": {"A": "1"},
    "f() { git s; }; A=1 f": {"A": "1"},
    "HOME=/x; git s": {"HOME": "/x"},
    "GIT_DIR=x; git s": {"GIT_DIR": "x"},
    "(export A=1); git s": {},
    "{ export A=1; }; git s": {"A": "1"},
    "if x; then export A=1; fi; git s": {"A": "1"},
    "x && export A=1; git s": {"A": "1"},
    "read -r A <<< 1; export A; git s": {"A": "1"},
    "printf -v A 1; export A; git s": {"A": "1"},
    "A=$(echo 1) git s": {"A": "1"},
    'A="$B" git s': {"A": "?"},
    "python3 -c \"import os; os.environ['A']='1'; os.system('git s')\"": {"A": "1"},
    "python3 -c \"import subprocess as s; s.run(['git','s'], env={'A': '1'})\"": {"A": "1"},
    'node -e \'process.env.A="1"; require("child_process").execSync("git s")\'': {"A": "1"},
}


@pytest.mark.parametrize(("text", "expected"), ENVIRONMENTS.items())
def test_the_environment_is_what_the_line_sets(text, expected):
    assert {name: shown(value) for name, value in first(text).env} == expected


PLACES = {
    "git s": None,
    "cd /x; git s": "/x",
    "cd x && git s": "x",
    "cd x; cd y; git s": "x/y",
    "cd /x; cd y; git s": "/x/y",
    "cd x; cd /y; git s": "/y",
    'cd "$X"; git s': "?",
    "cd /x; cd -; git s": "?",
    "cd /x; cd /y; cd -; git s": "/x",
    "(cd /x); git s": None,
    "pushd /x; git s": "/x",
    "env -C /x git s": "/x",
    "cd /x; env -C y git s": "/x/y",
    "bash -c 'cd /x; git s'": "/x",
    "f() { cd /x; }; f; git s": "/x",
    "find . -execdir git s {} +": "?",
}


@pytest.mark.parametrize(("text", "expected"), PLACES.items())
def test_the_directory_is_followed(text, expected):
    cwd = first(text).cwd
    assert (None if cwd is None else shown(cwd)) == expected


def test_a_directory_that_may_not_be_changed_gives_both():
    cwds = {shown(one.cwd) for one in commands("x && cd /a; git s", State(literal("/r"))) if one.argv[0].text == "git"}
    assert cwds == {"/r", "/a"}


WRITES = {
    "echo a > f": [(">", "f")],
    "echo a >> f": [(">>", "f")],
    "echo a >| f": [(">|", "f")],
    "echo a &> f": [("&>", "f")],
    "> f": [(">", "f")],
    "{ x; } > f": [(">", "f")],
    "for i in a; do echo; done > f": [(">", "f")],
    "tee f g": [(">", "f"), (">", "g")],
    "tee -a f": [(">>", "f")],
    "sudo tee f": [(">", "f")],
    "cat <<< a > f": [(">", "f")],
    "cd x; echo > f": [(">", "f")],
    "echo 2>&1": [],
    "echo 2> f": [(">", "f")],
    "x < f": [],
    "echo > $(git rev-parse --git-path x)": [(">", "?")],
    "python -c \"open('f', 'w')\"": [(">", "f")],
    "python -c \"open('f')\"": [],
    "python -c \"from pathlib import Path; Path('f').write_text('x')\"": [(">", "f")],
    "node -e \"fs.writeFileSync('f', 'x')\"": [(">", "f")],
}


@pytest.mark.parametrize(("text", "expected"), WRITES.items())
def test_files_that_are_opened_are_told(text, expected):
    found = [write for one in commands(text) for write in one.writes]
    assert [(operator, shown(value)) for operator, value in found] == expected


REMOVALS = {
    "python -c \"import shutil; shutil.rmtree('.git')\"": "rm -rf .git",
    "python -c \"import os; os.remove('.git/index')\"": "rm .git/index",
    "python -c \"from pathlib import Path; Path('.git/x').unlink()\"": "rm .git/x",
    "node -e \"require('fs').rmSync('.git', {recursive: true})\"": "rm -rf .git",
    "perl -e 'unlink \".git/index\"'": "rm .git/index",
    "ruby -e 'FileUtils.rm_rf(\".git\")'": "rm -rf .git",
    "python -c \"import os; os.rename('.git/hooks', 'x')\"": "mv .git/hooks x",
    "python -c \"import os; os.chmod('.git/hooks/pre-push', 0)\"": "chmod .git/hooks/pre-push",
}


@pytest.mark.parametrize(("text", "expected"), REMOVALS.items())
def test_a_program_that_removes_files_is_the_command_that_does(text, expected):
    found = [" ".join(map(shown, one.argv)) for one in commands(text)]
    assert any(one.startswith(expected) for one in found), found


VIA = {
    "git s": ((), False, False),
    "sudo -u x nice git s": (("sudo", "nice"), False, False),
    "bash -c 'sudo git s'": (("bash", "sudo"), False, False),
    "ssh h git s": (("ssh",), True, False),
    "docker exec c git s": (("docker",), True, False),
    "ssh h 'bash -c \"git s\"'": (("ssh", "bash"), True, False),
    "x | xargs git s": (("xargs",), False, True),
    "xargs -n1 git s < f": (("xargs",), False, True),
    "echo a | xargs git s": (("xargs",), False, False),
    "find . -exec git s {} +": (("find",), False, True),
    "find . -exec git s {} ';'": (("find",), False, False),
    "python -c 'import os; os.system(\"git s\")'": (("python",), False, False),
}


@pytest.mark.parametrize(("text", "expected"), VIA.items())
def test_who_runs_it_is_told(text, expected):
    found = first(text)
    assert (found.via, found.elsewhere, found.more) == expected


STDIN = {
    "git s <<< a": "a\n",
    "git s <<'E'\na $b\nE": "a $b\n",
    "echo a | git s": "a\n",
    "printf '%s %s\\n' a b | git s": "a b\n",
    "printf '%s\\n' a b | git s": "a\nb\n",
    "echo -n a | git s": "a",
    "echo -e 'a\\nb' | git s": "a\nb\n",
    "{ echo a; echo b; } | git s": "a\nb\n",
    "echo a > f; git s < f": "a\n",
    "cat <<E | git s\na\nE": "a\n",
    "x | git s": None,
    "git s < f": None,
    "git s": None,
    "echo $X | git s": "?\n",
    "echo a | tee f | git s": "a\n",
}


@pytest.mark.parametrize(("text", "expected"), STDIN.items())
def test_what_it_reads_is_told(text, expected):
    stdin = first(text).stdin
    assert (None if stdin is None else shown(stdin)) == expected


SPANS = {
    "ls; git reset --hard ; ls": "git reset --hard",
    "bash -c 'ls; git s'": "git s",
    "bash -c \"bash -c 'git s'\"": "git s",
    "x=$(git s)": "git s",
    "eval 'git s'": "git s",
    "sh <<'E'\ngit s\nE": "git s",
    "echo git s | sh": "echo git s",
    "sudo git s": "sudo git s",
    "bash -c $'git\\x20s'": "$'git\\x20s'",
}


@pytest.mark.parametrize(("text", "expected"), SPANS.items())
def test_a_command_has_its_place(text, expected):
    found = next(one for one in commands(text) if isinstance(one, Command) and one.argv[0].text == "git")
    assert text[found.start : found.end] == expected


HOLES = {
    "git $X": "git ?",
    'git "$X"': "git ?",
    "git $(x)": "git ?",
    "$X reset": "? reset",
    "git a$X": "git a?",
    "git push origin +$B": "git push origin +?",
    "for f in *.py; do git x $f; done": "git x ?.py",
    "for f in $(ls); do git x $f; done": "git x ?",
    "git x f*": "git x f?",
    "g?t x": "g?t x",
    'bash -c "git x $Y"': "git x ?",
    "read x; git $x": "git ?",
    'git "$@"': "git ?",
    "git $((1+1))": "git ?",
    "git ~/x": "git ?/x",
    "x=a; x=$x$Y; git $x": "git a?",
    "python -c \"import os; os.system(f'git x {y}')\"": "git x ?",
    "python -c \"import os; os.system('git x %s' % y)\"": "git x ?",
    "python -c \"import subprocess; subprocess.run(['git', 'x', y])\"": "git x ?",
}


@pytest.mark.parametrize(("text", "expected"), HOLES.items())
def test_what_is_not_known_is_a_hole(text, expected):
    assert expected in gits(text)


def test_an_unquoted_hole_may_be_several_words():
    assert first("git $X").argv[1].splits
    assert not first('git "$X"').argv[1].splits
    assert not first("git a*").argv[1].splits


DOUBTS = [
    "git reset --hard '",
    "x=$(git reset",
    "bash -c 'git reset --hard \"'",
    'echo "git reset \'" | sh',
    "python -c \"import os; getattr(os, 'sys' + 'tem')('git reset --hard')\"",
    "python -c \"import os; os.system(x() + 'git reset')\"",
    'python -c "import subprocess, sys; subprocess.run(sys.argv[1:])" git reset --hard',
    "python -c \"import base64, os; os.system(base64.b64decode('Z2l0'))\"",
    "f() { f x; git s; }; f",
    "sh -c \"echo $'\\\\' git reset --hard'\"",
    "git\0",
    "git " + "(" * 100,
    "git s;" * 4000,
    "for a in {1..60}; do " * 6 + "git $a" + "; done" * 6,
]


@pytest.mark.parametrize("text", DOUBTS)
def test_what_cannot_be_followed_is_a_doubt(text):
    found = [one for one in commands(text) if isinstance(one, Doubt)]
    assert found
    assert all(0 <= one.start <= one.end <= len(text) + 1 and one.why for one in found)


CERTAIN = [
    "ls '",
    "echo (",
    'python -c "import subprocess; subprocess.run(x)"',
    "a;" * 4000,
    "curl http://localhost | sh",
    "bash script.sh",
    "make",
]


@pytest.mark.parametrize("text", CERTAIN)
def test_without_git_there_is_no_doubt(text):
    assert not [one for one in commands(text) if isinstance(one, Doubt)]


def test_a_script_is_read_where_that_is_allowed():
    files = {"x.sh": "git reset --hard $1", "sub/y": "#!/bin/sh\ngit clean -fdx\n", "bad": "git '"}
    start = State(read=files.get)
    assert gits("bash x.sh a", start) == ["git reset --hard a"]
    assert gits(". x.sh", start) == ["git reset --hard ?"]
    assert gits("cd sub && ./y", start) == ["git clean -fdx"]
    assert gits("bash bad", start) == []
    assert gits("bash z.sh", start) == []


def test_a_variable_from_outside_is_used():
    assert gits("git $X --hard", State(variables=(("X", literal("reset")),))) == ["git reset --hard"]


def test_limits_are_those_of_the_state():
    assert gits("git a; git b; git c", State(steps=4))[-1] == "doubt"
    assert "doubt" in gits("bash -c 'bash -c \"git s\"'", State(depth=2))
