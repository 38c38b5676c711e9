"""Reads OpenSSH's armoured signatures, more strictly than OpenSSH itself: what they claim, before anything is verified.

The format is that of OpenSSH's PROTOCOL.sshsig. Reading it here costs no process, so most of what must be refused is
refused at once, each with its own reason; that a signature is *good* only ``ssh-keygen`` says. ``ssh-keygen`` reads
past the end of the first signature and through blanks inside it: two texts that mean one signature are refused here.
"""

from __future__ import annotations

from ..model.errors import AgentopsError
from ..model.light import NamedTuple
from ..model.outcome import EXIT_BLOCKED
from ..model.text import printable

#: What a signature algorithm may be for each type of key. Certificates are not among them: whoever holds the
#: authority's key could make any name with one, unseen.
ALGORITHMS: dict[str, tuple[str, ...]] = {
    "ssh-ed25519": ("ssh-ed25519",),
    "ecdsa-sha2-nistp256": ("ecdsa-sha2-nistp256",),
    "ecdsa-sha2-nistp384": ("ecdsa-sha2-nistp384",),
    "ecdsa-sha2-nistp521": ("ecdsa-sha2-nistp521",),
    "ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256"),
    "sk-ssh-ed25519@openssh.com": ("sk-ssh-ed25519@openssh.com",),
    "sk-ecdsa-sha2-nistp256@openssh.com": ("sk-ecdsa-sha2-nistp256@openssh.com",),
}

# Twice what a signature by the longest RSA key that OpenSSH knows (16,384 bits) takes.
_LIMIT = 1 << 14
_BEGIN = b"-----BEGIN SSH SIGNATURE-----\n"
_END = b"\n-----END SSH SIGNATURE-----"
_AGAIN = "have the record made and signed again"
_USER_PRESENT = 0x01


class SignatureError(AgentopsError):
    """A signature does not count: one line that says what is wrong and where, and what to do."""

    exit_code = EXIT_BLOCKED


class Signature(NamedTuple):
    """What a signature says about itself, not yet verified.

    ``key`` is the public key as OpenSSH encodes it. ``touched`` tells that a hardware key was touched for it.
    """

    key: bytes
    key_type: str
    namespace: str
    touched: bool


def parse(armour: bytes) -> Signature:
    """Return what the signature in ``armour`` says. Raises SignatureError, worded "is ...", if it is not just one."""
    rest = _blob(armour)
    if rest[:10] != b"SSHSIG\0\0\0\1":
        raise SignatureError("is not an OpenSSH signature of version 1", _AGAIN)
    try:
        (key, namespace, _reserved, digest, signature), rest = fields(rest[10:], 5)
        (algorithm, _value), flags = fields(signature, 2)
        (kind,), _ = fields(key, 1)
    except ValueError:
        raise SignatureError("is damaged: a field ends too soon", _AGAIN) from None
    key_type = printable(kind)
    if key_type not in ALGORITHMS:
        known = "a plain ed25519, ecdsa, rsa or sk- key"
        raise SignatureError(f"is by a key of type {key_type}, which does not count", f"sign with {known}")
    hardware = key_type.startswith("sk-")
    if rest or len(flags) != (5 if hardware else 0):
        raise SignatureError("is damaged: something follows its last field", _AGAIN)
    if printable(algorithm) not in ALGORITHMS[key_type] or digest not in {b"sha512", b"sha256"}:
        made = f"{printable(algorithm)} over {printable(digest)}"
        raise SignatureError(f"is made in a way that does not count: {made}", _AGAIN)
    return Signature(key, key_type, printable(namespace), hardware and bool(flags[0] & _USER_PRESENT))


def fields(data: bytes, count: int) -> tuple[list[bytes], bytes]:
    """Return the first ``count`` strings of ``data`` (four bytes of length, then the bytes) and what follows them.

    Raises ValueError when ``data`` ends before.
    """
    found = []
    for _ in range(count):
        size = int.from_bytes(data[:4], "big")
        if len(data) < 4 + size:
            raise ValueError("a field ends too soon")
        found.append(data[4 : 4 + size])
        data = data[4 + size :]
    return found, data


def decode(text: bytes) -> bytes:
    """Return the bytes behind Base64 ``text``. Raises ValueError unless ``text`` is the one way to write them."""
    import binascii

    data = binascii.a2b_base64(text, strict_mode=True)
    if binascii.b2a_base64(data, newline=False) != text:
        raise ValueError("not the canonical Base64")
    return data


def fingerprint(key: bytes) -> str:
    """Return the ``SHA256:...`` that OpenSSH shows for a public key in its own encoding."""
    import binascii
    import hashlib

    digest = binascii.b2a_base64(hashlib.sha256(key).digest(), newline=False)
    return "SHA256:" + digest.decode("ascii").rstrip("=")


def _blob(armour: bytes) -> bytes:
    if len(armour) > _LIMIT:
        raise SignatureError(f"is {len(armour)} bytes long, more than any key makes (at most {_LIMIT})", _AGAIN)
    if armour.count(b"-----BEGIN") > 1:
        raise SignatureError(
            "is not one but several", "store one signature: who else agrees writes a record of his own"
        )
    if not armour.startswith(_BEGIN):
        raise SignatureError("does not begin with -----BEGIN SSH SIGNATURE-----", _AGAIN)
    body, end, after = armour[len(_BEGIN) :].partition(_END)
    if not end:
        raise SignatureError("is cut short: its last line is missing", _AGAIN)
    if after not in {b"", b"\n"}:
        raise SignatureError("has something after its end", _AGAIN)
    try:
        return decode(body.replace(b"\n", b""))
    except ValueError:
        raise SignatureError("is damaged: its text is not proper Base64", _AGAIN) from None
