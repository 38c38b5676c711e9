"""What is judged: always git objects, named exactly."""

from __future__ import annotations

from .light import Literal, NamedTuple

Kind = Literal["staged", "range", "deletion", "ref", "message", "command", "repository"]
Door = Literal["local", "ci", "server"]


class RefUpdate(NamedTuple):
    """One line of pre-push's standard input.

    A deletion has an all-zero ``local_oid``, a ref that is new to the remote an all-zero ``remote_oid``.
    """

    local_ref: str
    local_oid: str
    remote_ref: str
    remote_oid: str


class Station(NamedTuple):
    """What the door knows that no object says, by the verifier's own configuration.

    ``pusher`` are the names by which it knows who pushes. ``boundary`` is where the verifier stands out of the authors'
    reach, empty where nobody asserts that. ``signers`` and ``revoked`` are the bytes of its files of keys and ``files``
    their names; where ``signers`` is None, those in the base's tree count, less the keys in ``ended``, the bytes of the
    default branch's list of revoked keys. ``incoming`` are ``(ref, id)`` of records, and of the log, that arrive
    together with what is judged and that no ref names yet.
    """

    pusher: tuple[str, ...] = ()
    boundary: Literal["", "server", "ci"] = ""
    signers: bytes | None = None
    revoked: bytes | None = None
    files: tuple[str, str] = ("the verifier's signers", "the verifier's revoked keys")
    incoming: tuple[tuple[str, str], ...] = ()
    ended: bytes | None = None


class Subject(NamedTuple):
    """One thing to judge.

    ``bases`` are the commits that the change is measured against, most authoritative first: policy is read from the
    first, and a change is charged only with what is worse than in *every* one of them (both parents of a merge, the
    merge bases of a criss-cross). Empty means there is no base at all: an unborn HEAD or a first publication.
    ``onto`` is the commit that a range joins, where it has several merge bases with it: whoever writes the branch can
    choose which old commits these are. ``head`` is the commit that is judged, None for the index ("staged") and for the
    deletion of a ref. For a "ref", which changes what it names, it is the object that it would name.

    ``target`` is the full name of the ref that changes and ``source`` that of the branch it comes from, empty where the
    door does not know. ``old`` is where the target stood, where neither ``ref`` nor the base tells. ``station`` is what
    the verifier's own configuration says. ``landed`` tells that the target has moved already, so that all there is to
    do is to tell. ``ruling`` is the commit whose policy and signers count in place of the base's, where the door knows
    that the base's were never agreed on. ``tips`` are where the protected branches stand, for a target that is new
    beside them; None for any other, and where the door does not know. ``hook`` is the client hook of git that asks,
    empty for every other door: only there whoever runs it is who makes the commit or the push.
    """

    kind: Kind
    bases: tuple[str, ...] = ()
    head: str | None = None
    ref: RefUpdate | None = None
    message: bytes | None = None
    door: Door = "local"
    onto: str | None = None
    target: str = ""
    source: str = ""
    old: str | None = None
    station: Station = Station()
    landed: bool = False
    ruling: str | None = None
    hook: str = ""
    tips: tuple[str, ...] | None = None

    @property
    def base(self) -> str | None:
        """The commit whose tree holds the policy, or None when there is no base."""
        return self.bases[0] if self.bases else None

    @property
    def court(self) -> str | None:
        """The commit by whose policy and signers this is judged: the base, but where the door knows better."""
        return self.ruling or self.base
