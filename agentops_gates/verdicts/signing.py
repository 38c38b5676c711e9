"""Signs records and verifies their signatures with OpenSSH, and with nothing that the judged change can reach.

``git verify-commit`` believes the repository's configuration, which an agent edits, and takes the commit's own date for
the time of the signature, which an agent chooses. Here the signers come as bytes from the caller (the base's tree or
the verifier's configuration), the time is the verifier's, and the purpose of a record is part of what is signed.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence

from ..model.errors import UndecidedError, UsageError
from ..model.text import printable
from ..model.verdict import Record, RecordKind, Signer
from . import openssh, sshsig
from .keygen import Keygen, Question
from .register import Register
from .sshsig import SignatureError

__all__ = ["NAMESPACES", "SignatureError", "Verifier", "sign"]

#: What a signature is for. One that was made for a purpose never serves another; to revoke is part of judging, and so
#: is to begin with it.
NAMESPACES: dict[RecordKind, str] = {
    "verdict": "agentops-verdict-v1",
    "revocation": "agentops-verdict-v1",
    "attempt": "agentops-verdict-v1",
    "ack": "agentops-ack-v1",
    "override": "agentops-override-v1",
}

# What ssh-keygen says about a key, what that means, and the mend; ``{}`` is the key.
_TROUBLES = (
    (b"too open", "{} can be read by other accounts, so ssh-keygen does not use it", "chmod 600 {}"),
    (
        b"incorrect passphrase",
        "{} has a passphrase, and nobody is here to give it",
        "ssh-add {}, or sign in a terminal",
    ),
    (b"Permission denied", "{} cannot be read by this account", "sign as the account that owns the key"),
    (b"agent refused", "the ssh-agent refuses to sign with {}", "unlock the agent, or confirm when it asks"),
    (b"private key found", "the private key of {} is in no file and no ssh-agent", "ssh-add it, or name its file"),
    (b"device not found", "the hardware key for {} is not plugged in", "plug it in"),
    (b"load public key", "{} is not an OpenSSH key", "name a private key, or the .pub file of one in an ssh-agent"),
)


class Verifier:
    """Tells whose signature a record bears. ``signers`` and ``revoked`` are the bytes of the two files.

    ``now`` is the verifier's clock (seconds since 1970); ``held_apart`` are the principals whose keys its configuration
    says are out of the authors' reach; ``files`` are the names of the two files, for messages. The files are read at
    the first signed record. No process is started for a record that can be refused by reading it.
    """

    def __init__(
        self,
        signers: bytes,
        revoked: bytes | None = None,
        *,
        now: int,
        held_apart: Collection[str] = (),
        files: tuple[str, str] = (".agents/allowed_signers", ".agents/revoked_keys"),
        cwd: str | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._register = Register(signers, revoked, now, files)
        self._held_apart = {name.casefold() for name in held_apart}
        self._cwd = cwd
        self._environ = environ

    def check(self, record: Record) -> Signer:
        """Return who signed ``record``.

        Raises SignatureError when nobody did, or nobody whose word counts; UndecidedError when OpenSSH cannot be asked.
        """
        answer = self.check_all([record])[0]
        if isinstance(answer, SignatureError):
            raise answer
        return answer

    def check_all(self, records: Iterable[Record]) -> list[Signer | SignatureError]:
        """Return for each record what ``check`` returns or raises, asking ssh-keygen about several at a time.

        Raises UndecidedError when OpenSSH cannot be asked.
        """
        records = list(records)
        questions: dict[int, Question] = {}
        found: dict[int, Signer | SignatureError] = {}
        for number, record in enumerate(records):
            try:
                questions[number] = self._question(record)
            except SignatureError as error:
                found[number] = error
        for number, problem in zip(questions, self._ask(list(questions.values())), strict=True):
            found[number] = problem or self._signer(questions[number])
        answers = (found[number] for number in range(len(records)))
        return [
            _about(record, answer) if isinstance(answer, SignatureError) else answer
            for record, answer in zip(records, answers, strict=True)
        ]

    def _ask(self, questions: Sequence[Question]) -> list[SignatureError | None]:
        """Return why ssh-keygen refuses each signature, or None. Raises UndecidedError when it cannot be asked."""
        if not questions:
            return []
        try:
            return self._asked(questions, believed=True)
        except openssh.TooOldError:
            return self._asked(questions, believed=False)

    def _asked(self, questions: Sequence[Question], *, believed: bool) -> list[SignatureError | None]:
        program = openssh.find("ssh-keygen", self._cwd, self._environ, believed=believed)
        environ = openssh.bare_environment(self._environ)
        with openssh.workshop(self._environ) as place:
            return list(Keygen(program, place, self._register, environ).ask(questions))

    def _question(self, record: Record) -> Question:
        """Return what is left to ask about a record. Raises SignatureError for what is wrong on the face of it."""
        if not record.signature:
            raise SignatureError("is missing", "have the record made by a judge who signs it")
        signature = sshsig.parse(record.signature)
        namespace = NAMESPACES[record.kind]
        if signature.namespace != namespace:
            made = f"is made for {signature.namespace or 'nothing'}, not for {namespace}"
            raise SignatureError(made, f"sign this {record.kind} itself: a signature serves one purpose")
        lines = self._register.lines(signature.key)
        return Question(record.payload, record.signature, signature, namespace, lines[0].names[0], tuple(lines))

    def _signer(self, question: Question) -> Signer:
        signature = question.signature
        # A hardware key that signs without a touch serves whoever reaches its socket.
        hardware = signature.key_type.startswith("sk-")
        apart = signature.touched if hardware else question.name.casefold() in self._held_apart
        return Signer(question.name, sshsig.fingerprint(signature.key), signature.key_type, apart)


def sign(
    payload: bytes,
    kind: RecordKind,
    key: str,
    *,
    cwd: str | None = None,
    environ: Mapping[str, str] = os.environ,
    timeout: float = 120.0,
    terminal: bool | None = None,
) -> bytes:
    """Return OpenSSH's armoured signature of ``payload`` for records of ``kind``, read back.

    ``key`` is the path of a private key, of a ``.pub`` file whose key an ssh-agent holds, or such a public key itself
    (``key::ssh-ed25519 AAAA...`` as in git's ``user.signingKey``). A passphrase, or the touch of a hardware key, is
    asked for if there is a ``terminal`` (default: look); else only by the user's own ``SSH_ASKPASS``. ``timeout`` is
    in seconds.

    Raises UsageError when the key does not serve, UndecidedError when OpenSSH does not.
    """
    program = openssh.find("ssh-keygen", cwd, environ)
    if terminal is None:
        terminal = os.isatty(0) and os.isatty(2)
    with openssh.workshop(environ) as place:
        message = openssh.put(place, "payload", payload)
        argv = [program, "-q", "-Y", "sign", "-n", NAMESPACES[kind], "-f", _key_file(key, place), message]
        rc, err = _run(argv, openssh.asking_environment(cwd, environ), timeout, terminal)
        if rc:
            raise _trouble(program, key, err)
        try:
            with open(f"{message}.sig", "rb") as file:
                armour = file.read().replace(b"\r\n", b"\n")
        except OSError as error:
            raise UndecidedError(f"{printable(program)} wrote no signature: {error.strerror}") from error
    try:
        sshsig.parse(armour)
    except SignatureError as error:
        raise UsageError(f"what {printable(key)} signs does not count: it {error}", error.fix) from error
    return armour


def _key_file(key: str, place: str) -> str:
    literal = key.removeprefix("key::")
    if " " in literal and literal.split(" ", 1)[0] in sshsig.ALGORITHMS:
        return openssh.put(place, "key.pub", literal.encode() + b"\n")
    path = os.path.abspath(os.path.expanduser(key))
    if not os.path.isfile(path) and not os.path.isfile(f"{path}.pub"):
        raise UsageError(
            f"there is no signing key at {printable(path)}",
            "name a private key, or the .pub file of one that an ssh-agent holds",
        )
    return path


def _run(argv: Sequence[str], env: Mapping[str, str], timeout: float, terminal: bool) -> tuple[int, bytes]:
    """Run ssh-keygen and return its exit code and complaints; at a ``terminal`` it asks and complains there.

    Raises UndecidedError when it cannot be started or takes longer than ``timeout`` seconds.
    """
    import subprocess

    said = None if terminal else subprocess.PIPE
    given = None if terminal else subprocess.DEVNULL
    # In a session of its own it has no terminal to wait at, and ends together with the program that asks for it.
    try:
        child = subprocess.Popen(argv, env=env, stdin=given, stdout=said, stderr=said, start_new_session=not terminal)
    except OSError as error:
        raise UndecidedError(f"cannot run {printable(argv[0])}: {error}") from error
    try:
        _, err = child.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        late = f"nobody answered {printable(argv[0])} within {timeout:g} s"
        raise UndecidedError(late, "give the passphrase, touch or confirmation it waits for") from None
    finally:
        if child.returncode is None:
            _end(child.pid, alone=terminal)
            child.communicate()
    return child.returncode, err or b""


def _end(pid: int, *, alone: bool) -> None:
    if alone or not hasattr(os, "killpg"):
        os.kill(pid, 15)  # so that it gives the terminal back as it found it
    else:
        os.killpg(pid, 9)


def _trouble(program: str, key: str, err: bytes) -> UndecidedError | UsageError:
    """Return the error for what ssh-keygen says of a key."""
    if any(sign in err for sign in openssh.TOO_OLD):
        return openssh.too_old(program)
    import shlex

    named = printable(key)
    for sign, problem, mend in _TROUBLES:
        if sign in err:
            return UsageError(problem.format(named), mend.format(shlex.quote(named)))
    lines = err.strip().split(b"\n")
    return UsageError(f"ssh-keygen cannot sign with {named}: {printable(lines[-1]) or 'it said why above'}")


def _about(record: Record, problem: SignatureError) -> SignatureError:
    return SignatureError(f"the signature of {printable(record.id)} {problem}", problem.fix)
