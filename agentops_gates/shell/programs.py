"""Finds who follows a program, by its name; the tables are loaded when a program needs them."""

from __future__ import annotations

from ..model.light import TYPE_CHECKING
from .words import names

if TYPE_CHECKING:
    from collections.abc import Callable

    from .calls import Call
    from .frame import Frame
    from .machine import Machine
    from .value import Value

    Handler = Callable[[Machine, Frame, Call], Value]

_SHELLS = names("sh bash dash zsh ksh ksh93 mksh pdksh ash rbash yash posh bash5 fish")
_BUILTINS = names(
    "cd pushd popd export declare typeset local readonly unset set shift read printf mapfile readarray alias unalias"
    " eval source . trap : true false test [ return exit break continue let getopts hash type wait shopt"
)
_PRINTERS = names(
    "git echo printf cat which base64 rev tr xxd tee basename dirname head tail sort uniq seq yes pwd mktemp"
)
_INLINE = names("perl ruby node nodejs deno bun php awk gawk mawk nawk original-awk lua luajit tclsh osascript")


def handler(name: str) -> Handler | None:
    """Return who follows the program ``name``, None for one that is what it seems."""
    if name in _BUILTINS:
        from .builtins import BUILTINS

        return BUILTINS[name]
    if name in _PRINTERS:
        from .printers import PRINTERS

        return PRINTERS[name]
    if name in _SHELLS:
        from .shells import shell

        return shell
    if name in _INLINE or name.startswith(("python", "pypy")) or name.rstrip("0123456789.") in _INLINE:
        from .inline import interpreter

        return interpreter
    from .carriers import CARRIERS

    return CARRIERS.get(name)
