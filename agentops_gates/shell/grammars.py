"""The options of programs that run another: names | letters with a value | long ones with a value | rest.

The rest: how many words come first, ``verb:`` words of which one must follow, ``text:`` options whose value is shell
text, ``assigns`` where name=value words may come, ``elsewhere`` for another machine or a container.
"""

from __future__ import annotations

from ..model.light import NamedTuple


class Grammar(NamedTuple):
    """Letters and long names that take a value, words that come first, verbs, options with shell text."""

    letters: str = ""
    names: tuple[str, ...] = ()
    operands: int = 0
    verbs: tuple[str, ...] = ()
    assigns: bool = False
    text: tuple[str, ...] = ()
    elsewhere: bool = False


_TABLE = """
sudo | ugpCchDrRTtUa | user group host prompt close-from chdir chroot role type command-timeout other-user | assigns
doas | Cu | |
exec | a | |
nohup setsid builtin busybox toybox caffeinate unbuffer noglob nocorrect catchsegv fakeroot | | |
time gtime | fo | format output |
timeout gtimeout | ks | kill-after signal | 1
nice gnice | n | adjustment |
ionice | cnp | class classdata pid |
chrt | TPDp | sched-runtime sched-period sched-deadline | 1
taskset | | | 1
stdbuf gstdbuf | ioe | input output error |
chroot | | userspec groups | 1
strace ltrace | aAbeEIoOpPsSuUxX | output |
gosu su-exec faketime | | | 1
setpriv | | reuid regid groups |
pkexec | u | user |
systemd-run | pEutMHG | property setenv unit slice uid gid working-directory description |
firejail bwrap unshare nsenter rlwrap ssh-agent dbus-run-session xvfb-run winpty arch chronic | | |
direnv | | | 2
entr | s | |
watchexec | ewdsNfi | exts watch delay-run stop-signal filter ignore |
nodemon | xewd | exec ext watch delay | text:x,exec
chokidar | c | command | text:c,command
cross-env | | | assigns
dotenv | e | |
aws-vault | | | 2
runuser | ugGscw | user group command shell | text:c,command
uv | pP | with python project directory env-file extra group package | verb:run
npx | pc | package call | text:c,call
bunx | p | package |
pnpm | CF | dir filter | verb:exec,dlx
yarn | | cwd | verb:exec,dlx,run
npm | Cwc | prefix workspace call | verb:exec,x text:c,call
poetry pipenv pdm hatch rye conda mamba | Cpn | directory project name prefix | verb:run
bundle | | gemfile | verb:exec
mise | C | cd env | verb:exec,x
nix | c | command | verb:develop,shell text:c,command
nix-shell | pAI | run command | text:run,command
docker podman nerdctl docker-compose | euwfpvHcl | env env-file user workdir detach-keys file volume name network \
entrypoint mount host context index publish project-name | 1 verb:exec,run elsewhere
"""


def _read(text: str) -> dict[str, Grammar]:
    found: dict[str, Grammar] = {}
    for line in text.replace("\\\n", "").strip().split("\n"):
        names, letters, longs, rest = (piece.strip() for piece in line.split("|"))
        grammar = Grammar(letters, tuple(longs.split()))
        for word in rest.split():
            grammar = _with(grammar, word)
        found.update(dict.fromkeys(names.split(), grammar))
    return found


def _with(grammar: Grammar, word: str) -> Grammar:
    kind, _, values = word.partition(":")
    if kind == "verb":
        return grammar._replace(verbs=tuple(values.split(",")))
    if kind == "text":
        return grammar._replace(text=tuple(values.split(",")))
    if word.isdigit():
        return grammar._replace(operands=int(word))
    return grammar._replace(assigns=True) if word == "assigns" else grammar._replace(elsewhere=True)


GRAMMARS = _read(_TABLE)
