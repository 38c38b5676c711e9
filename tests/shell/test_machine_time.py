"""No command line takes long, whatever it repeats."""

import shlex
import sys
import time

import pytest
from shell.following import HARD, gits

from agentops_gates.shell.command import Doubt
from agentops_gates.shell.machine import commands


def nested(times):
    text = HARD
    for _ in range(times):
        text = "bash -c " + shlex.quote(text)
    return text


BOMBS = {
    "doubled variable": "x=aaaaaaaaaa;" + "x=$x$x;" * 3000 + "git $x",
    "many commands": "git a;" * 5000,
    "nested loops": "for a in {1..60}; do " * 6 + "git $a" + "; done" * 6,
    "function that forks": "f() { f; f; }; f; git x",
    "many braces": "git " + "{a,b}" * 30,
    "nested braces": "git " + "{" * 2000 + "," * 2000 + "}" * 2000,
    "long ranges": "git {1..1000}{1..1000} {1..99999999}",
    "eval of itself": 'x="eval \\"\\$x\\""; eval "$x"; git',
    "many branches": "".join(f"if a; then x{n}=1; fi;" for n in range(2000)),
    "many alternatives": "if a; then " + "".join(f"v{n}=1;" for n in range(20)) + "fi; git $v1$v2$v3$v4$v5$v6$v7$v8",
    "long chain": " && ".join(f"x{n}=1" for n in range(2500)),
    "aliases that fork": "".join(f'alias a{n}="a{n + 1}; a{n + 1}";' for n in range(30)) + "a0; git",
    "slow pattern": "x=" + "a" * 250 + "; git ${x##" + "*a" * 60 + "b}",
    "nested calls": "python -c '" + "os.system(" * 10000 + "'",
    "nested lists": "python -c '" + 'x=("a"+' * 10000 + "'",
    "strings": "perl -e '" + "system(1," * 5000 + "'",
    "exports": "".join(f"export v{n}=1;" for n in range(1500)) + "git a;" * 1500,
    "long array": "a=(" + "x " * 15000 + ");" + 'git "${a[@]}";' * 300,
    "pipes": "echo a" + "|cat" * 8000,
    "appended file": "echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa >> f;" * 2500,
    "here-documents": "".join(f"cat <<E{n}\nx\nE{n}\n" for n in range(4000)),
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_a_bomb_does_not_go_off(text):
    started = time.process_time()
    for _ in commands(text):
        pass
    # It takes 0.2 s alone; a square of the text takes minutes.
    assert time.process_time() - started < 2


def test_twelve_shells_inside_each_other_are_followed():
    # The quotes of a thirteenth are longer than a text may be.
    assert gits(nested(9)) == [HARD]
    assert any(isinstance(one, Doubt) for one in commands(nested(12)))


def test_nothing_heavy_is_imported_for_a_plain_command():
    import subprocess

    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from agentops_gates.shell.machine import commands;"
        " list(commands('cd x && git commit -m \"$(cat f)\" && git push origin main | tee log'));"
        " print(*sys.modules)"
    )
    root = sys.modules["agentops_gates"].__path__[0].rsplit("/", 1)[0]
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code, root], capture_output=True, text=True, check=True)
    heavy = {"re", "json", "enum", "typing", "argparse", "shlex", "tomllib", "subprocess", "dataclasses", "collections"}
    assert not heavy & set(done.stdout.split())
