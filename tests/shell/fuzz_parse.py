"""Drives parser and machine with texts made of the pieces that matter: python tests/shell/fuzz_parse.py SECONDS [bash].

No text may end in anything but a tree or a ShellSyntaxError, nor take 200 ms. With ``bash`` each text is also given to
``bash -n``, and those that one of the two refuses are printed.
"""

import random
import subprocess
import sys
import time

from agentops_gates.shell.machine import commands
from agentops_gates.shell.parse import ShellSyntaxError, parse

WORDS = """
a b c git x=1 a=(b) a[0]=1 if then fi else elif for in do done while case esac ;; { } ( ) (( )) [[ ]] ! time ; & && ||
| |& < > >> << <<- <<< 2>&1 <( >( $( $(( )) ${ } ${a:- ` " ' \\ $ $'\\x41' $"a" # * ? @( ~ coproc select f() E
sh -c eval $a bash "$@" echo | sh xargs python find -exec env sudo
"""
PIECES = (
    *WORDS.split(),
    " ",
    " ",
    " ",
    "\n",
    "\n",
    "\t",
    "\r\n",
    "\\\n",
    "<<E\n",
    "\nE\n",
    "\nE)",
    "function f",
    "git $a;",
)


def text(random_: random.Random) -> str:
    size = random_.choice((3, 6, 12, 40, 400))
    blank = random_.choice(("", " "))
    return blank.join(random_.choice(PIECES) for _ in range(random_.randint(1, size)))


def ours(source: str) -> str:
    started = time.perf_counter()
    list(commands(source))
    try:
        parse(source)
        answer = ""
    except ShellSyntaxError as error:
        answer = str(error)
    spent = time.perf_counter() - started
    assert spent < 0.2, (spent, source)
    return answer


def bash(source: str) -> bool:
    done = subprocess.run(["bash", "-O", "extglob", "-n"], input=source.encode(), capture_output=True, check=False)
    return done.returncode == 0 and b"EOF" not in done.stderr


def main() -> None:
    until = time.monotonic() + float(sys.argv[1])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else time.time_ns()
    random_ = random.Random(seed)
    count = taken = 0
    while time.monotonic() < until:
        source = text(random_)
        answer = ours(source)
        count += 1
        taken += not answer
        if "bash" in sys.argv and bash(source) == bool(answer):
            print(f"bash {'takes' if answer else 'refuses'}: {source!r} {answer}")
    print(f"seed {seed}: {count} texts, {taken} taken")


if __name__ == "__main__":
    main()
