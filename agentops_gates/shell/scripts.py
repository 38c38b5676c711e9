"""Finds the commands that program text runs: calls with strings and lists in them, and names that hold these."""

from __future__ import annotations

from ..model.light import TYPE_CHECKING
from .calls import Call, told
from .code import Token, tokens
from .expressions import Expressions, separated, sign
from .frame import Frame
from .suspect import involves_git
from .value import UNKNOWN, Value, literal
from .words import names

if TYPE_CHECKING:
    from .machine import Machine

_RUN = names(
    "system popen popen2 popen3 popen4 getoutput getstatusoutput check_call check_output Popen execSync shell_exec"
    " passthru proc_open spawnSync execFile execFileSync capture2 capture2e capture3 qx create_subprocess_shell"
    " create_subprocess_exec execl execlp execle execlpe execv execvp execve execvpe spawnl spawnlp spawnv spawnvp"
    " posix_spawn posix_spawnp pcntl_exec script execute backtick syscmd"
)
# Names that mean something else too, unless the text has to do with processes.
_PERHAPS = names("run call exec spawn Command open open2 pipe_from sh fork")
_PROCESSES = (
    "subprocess",
    "child_process",
    "os.",
    "Open3",
    "IO.",
    "Kernel",
    "Process",
    "Deno",
    "Bun",
    "pty",
    "zx",
    "execa",
)
_NATIVE = frozenset(("perl", "ruby", "php", "lua", "tcl"))
_REMOVES = names("rmtree remove unlink rmSync unlinkSync rmdirSync rm_rf rm_r rmdir removedirs rm_f delete_recursive")
_MOVES = names("rename renameSync move copyfile copy copy2 copyFileSync replace symlink chmod chmodSync")
_WRITES = names("open writeFileSync writeFile appendFileSync write_text write_bytes file_put_contents fopen")
_FILES = {
    **dict.fromkeys(_REMOVES, "rm"),
    **dict.fromkeys(_MOVES, "mv"),
    **dict.fromkeys(_WRITES, ":"),
    **dict.fromkeys(("chmod", "chmodSync"), "chmod"),
}
_DEEPLY = ("rmtree", "rmSync", "rm_rf", "rm_r")
_REPLACES = ("execl", "execv", "spawnl", "spawnv", "posix_spawn")
_HIDING = ("python", "ruby", "js")
_ENVIRONMENTS = ("environ", "ENV", "env")
_CODE = names("exec eval compile Function vm runInThisContext instance_eval class_eval")
_HIDES = frozenset(("getattr", "__import__", "import_module", "send", "public_send", "globals", "Reflect"))
_DEPTH = 6


def program_text(machine: Machine, frame: Frame, source: Value, language: str, call: Call, *, depth: int = 0) -> None:
    """Follow the commands in ``source``. One that is put together from what is not known is a doubt if git is in it."""
    text = "".join("__hole__" if piece is None else piece for piece in source.pieces)
    program = _Program(machine, frame, call, language, text)
    program.depth = depth
    program.follow()


def _replacing(values: list[Value | list[Value] | None]) -> list[Value | list[Value] | None]:
    """Return what ``exec`` runs, from the path and the words, of which the first is only what the program is called."""
    if len(values) > 1 and isinstance(values[0], Value):
        if isinstance(values[1], list):
            return [[values[0], *values[1][1:]]]
        return [[one if isinstance(one, Value) else UNKNOWN for one in (values[0], *values[2:])]]
    return values


def _writes(modes: list[Value]) -> bool:
    return any(mode.prefix[:1] in ("w", "a", "x", ">", "+") for mode in modes if mode.prefix)


class _Program:
    def __init__(self, machine: Machine, frame: Frame, call: Call, language: str, text: str) -> None:
        self.machine, self.frame, self.call, self.language, self.text = machine, frame, call, language, text
        self.depth = 0
        self.tokens = tokens(text, language)
        self.known = Expressions(machine.budget)
        self.unsolved = False
        self.called: dict[str, str] = {}
        self.runs = language in _NATIVE or any(one in text for one in _PROCESSES)

    def follow(self) -> None:
        """Go through the tokens once."""
        for index, token in enumerate(self.tokens):
            self.machine.step()
            if token.kind == "x":
                self._shell(self.known.string(token))
            elif token.kind == "n":
                self._name(index, token.text)
            elif self.language == "awk" and token.text == "|":
                self._pipe(index)
        if self.unsolved:
            self._unsolved()

    def _imported(self, index: int, name: str) -> None:
        """Note another name that one is imported under; git itself as a library is beyond what is followed."""
        words = [token.text for token in self.tokens[index : index + 3]]
        if words[1:2] == ["as"] and len(words) == 3:
            self.called[words[2]] = name
        if name == "git" and index and self.tokens[index - 1].text in ("import", "from"):
            self.unsolved = True

    def _name(self, index: int, name: str) -> None:
        self._imported(index, name)
        name = self.called.get(name, name)
        following = self._sign(index + 1)
        if following == "=" and self._sign(index + 2) != "=":
            self._assign(index, name)
        elif name in _ENVIRONMENTS:
            self._environment(index)
        elif name in _RUN or (self.runs and name in _PERHAPS):
            self._call(index, name)
        if name in _FILES:
            self._files(index, name)
        if name in _CODE:
            self._code(index)
        self.unsolved |= name in _HIDES and self.language in _HIDING

    def _sign(self, index: int) -> str:
        return sign(self.tokens, index)

    def _assign(self, index: int, name: str) -> None:
        found = self.known.value(self._statement(index + 2))
        if found is not None:
            self.known.names[name] = found

    def _statement(self, start: int) -> list[Token]:
        """Return the tokens up to the end of the statement."""
        depth, end = 0, start
        while end < len(self.tokens):
            token = self.tokens[end]
            if token.kind == "p":
                depth += (token.text in "([{") - (token.text in ")]}")
                if depth < 0 or (not depth and token.text in ";\n"):
                    break
            end += 1
        self.machine.budget.spend(2 * (end - start))
        return self.tokens[start:end]

    def _arguments(self, index: int) -> list[list[Token]]:
        """Return the arguments of the call whose name stands at ``index``, in brackets or without."""
        return separated(self._statement(index + (2 if self._sign(index + 1) == "(" else 1)))

    def _call(self, index: int, name: str) -> None:
        if self._sign(index + 1) != "(" and self.language not in _NATIVE and name != "script":
            return
        arguments = self._arguments(index)
        values = [self.known.value(one) for one in arguments]
        if name.startswith(_REPLACES):
            values = _replacing(values[name.startswith("spawn") :])
        if values:
            self._told(name, values, arguments)

    def _told(self, name: str, values: list[Value | list[Value] | None], arguments: list[list[Token]]) -> None:
        self.unsolved |= values[0] is None
        first = UNKNOWN if values[0] is None else values[0]
        if isinstance(first, list):
            self._argv(first, self._pairs(arguments))
        elif name == "open":
            self._open(first)
        else:
            self._program(name, first, values[1:], arguments)

    def _program(
        self, name: str, first: Value, rest: list[Value | list[Value] | None], arguments: list[list[Token]]
    ) -> None:
        """Follow a call with a string: shell text, or the program whose words are the other arguments."""
        env = self._pairs(arguments)
        lists = [*self._words(name, rest), *self._lists(arguments)]
        for one in lists:
            self._argv([first, *one], env)
        if not lists and first is not UNKNOWN:
            self._shell(first, env)

    def _words(self, name: str, rest: list[Value | list[Value] | None]) -> list[list[Value]]:
        """Return the arguments that are the words of the program: a list, or in some languages each one."""
        if rest and isinstance(rest[0], list):
            return [rest[0]]
        native = self.language in ("perl", "ruby") or name.startswith("create")
        words = [one for one in rest if isinstance(one, Value)] if native else []
        return [words] if words else []

    def _lists(self, arguments: list[list[Token]]) -> list[list[Value]]:
        """Return the lists behind ``args:`` in an object."""
        found = []
        for one in arguments[1:]:
            for index, token in enumerate(one):
                if token.text == "args" and sign(one, index + 2) == "[":
                    end = next((n for n in range(index, len(one)) if sign(one, n) == "]"), len(one))
                    value = self.known.value(one[index + 2 : end + 1])
                    found.append(value if isinstance(value, list) else [UNKNOWN])
        return found

    def _open(self, first: Value) -> None:
        """Follow Perl's ``open`` of a pipe."""
        text = first.text or ""
        if text.startswith("|") or text.rstrip().endswith("|"):
            self._shell(literal(text.strip("| ")))

    def _pairs(self, arguments: list[list[Token]]) -> tuple[tuple[str, Value], ...]:
        """Return ``"NAME": "value"`` pairs among the arguments: an environment."""
        found = []
        for one in arguments:
            for index in range(len(one) - 2):
                name, sign, value = one[index : index + 3]
                if value.kind == "s" and sign.text in (":", "=") and name.text.isidentifier() and name.text.isupper():
                    found.append((name.text, self.known.string(value)))
        return tuple(found)

    def _pipe(self, index: int) -> None:
        for place in (index - 1, index + 1):
            found = self.known.value(self.tokens[max(place, 0) : place + 1])
            if isinstance(found, Value):
                self._shell(found)

    def _environment(self, index: int) -> None:
        at = index + 2
        if self._sign(index + 1) in ("[", "{", ".") and at < len(self.tokens) and self.tokens[at].kind in "sn":
            equals = at + 1 + (self._sign(at + 1) in ("]", "}"))
            if self._sign(equals) == "=":
                found = self.known.value(self._statement(equals + 1))
                self.frame.set(self.tokens[at].text, found if isinstance(found, Value) else UNKNOWN, export=True)

    def _files(self, index: int, name: str) -> None:
        """Tell of files that are removed, moved and written, as of the programs that do the same."""
        values = [self.known.value(each) for each in self._arguments(index)]
        paths = [*self._receiver(index), *(one for one in values if isinstance(one, Value))]
        if not paths or (name in ("open", "fopen") and not _writes(paths[1:])):
            return
        if name in _WRITES:
            self._tell((literal(":"),), ((">", paths[0]),))
        else:
            flags = (literal("-rf"),) if name in _DEEPLY else ()
            self._tell((literal(_FILES[name]), *flags, *paths))

    def _receiver(self, index: int) -> list[Value]:
        """Return the path of ``Path("x").unlink()``."""
        if index < 5 or self._sign(index - 1) != "." or self._sign(index - 2) != ")":
            return []
        maker, path = self.tokens[index - 5], self.tokens[index - 3]
        return [self.known.string(path)] if path.kind == "s" and maker.text.endswith("Path") else []

    def _tell(self, argv: tuple[Value, ...], writes: tuple[tuple[str, Value], ...] = ()) -> None:
        place = (self.call.start, self.call.end)
        placed = tuple(one.at(*place) for one in argv)
        told(self.machine, self.frame, Call(placed, writes=writes, start=place[0], end=place[1]))

    def _code(self, index: int) -> None:
        arguments = self._arguments(index)
        found = self.known.value(arguments[0]) if arguments and self._sign(index + 1) in ("(", "") else None
        if isinstance(found, Value) and self.depth < _DEPTH:
            program_text(self.machine, self.frame, found, self.language, self.call, depth=self.depth + 1)
            self.unsolved = self.unsolved or not found.known
        elif arguments and self._sign(index + 1) == "(" and self._sign(index - 1) != ".":
            self.unsolved = True

    def _shell(self, text: Value, env: tuple[tuple[str, Value], ...] = ()) -> None:
        self.unsolved |= not text.prefix
        branch = self.frame.copy()
        for name, value in env:
            branch.set(name, value, export=True)
        self.machine.text(branch, text.at(self.call.start, self.call.end), UNKNOWN)

    def _argv(self, argv: list[Value], env: tuple[tuple[str, Value], ...] = ()) -> None:
        from .simple import run

        place = (self.call.start, self.call.end)
        words = tuple(one.at(*place) for one in argv)
        if words:
            self.unsolved |= not words[0].prefix
            run(self.machine, self.frame.copy(), Call(words, env, plain=True, start=place[0], end=place[1]))

    def _unsolved(self) -> None:
        """Take all strings that look like commands for commands; what names git in another way is a doubt."""
        words = " ".join(one.text or "" for one in (*self.call.argv, self.call.stdin))
        if not involves_git(f"{self.text} {words}"):
            return
        for token in self.tokens:
            if token.kind != "s":
                continue
            if token.text.lstrip().startswith("git "):
                self._shell(self.known.string(token))
        self.machine.doubt("a program puts a command together", self.call.start, self.call.end, of=None)
