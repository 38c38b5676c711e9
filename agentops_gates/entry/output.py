"""Where a report goes: standard output, a file, or the places a CI provider offers."""

from __future__ import annotations

import os
import sys

from ..formats.registry import get
from ..gates.registry import metadata
from ..model.errors import UsageError
from ..model.finding import Report
from ..model.text import printable
from .judged import Judged
from .terminal import width

#: The formats that people read as they stand in a log.
CLOSED = ("text", "github")


def emit(report: Report, name: str, output: str | None, color: str, about: Judged) -> None:
    """Print ``report`` in format ``name`` on standard output, or write it to the file ``output``.

    What people read ends with a line on what was judged.
    """
    if output:
        write(report, name, output)
        return
    from ..formats.color import use_color

    columns, colored = width(sys.stdout), use_color(sys.stdout, color)
    sys.stdout.write(get(name)(report, width=columns, color=colored, gates=metadata()))
    if name in CLOSED:
        sys.stdout.write(_closing(report, about, columns, color=colored and name == "text"))


def _closing(report: Report, about: Judged, columns: int, *, color: bool) -> str:
    # Hooks are silent when all is well; whoever asks at a prompt wants to know that something was judged.
    if about.nothing:
        return f"{about.nothing}\n" + (f"  {about.hint}\n" if about.hint else "")
    from ..formats.text import summary

    return summary(report, width=columns, color=color, judged=about.words)


def write(report: Report, name: str, file: str) -> None:
    """Write ``report`` in format ``name`` to ``file``: whole or not at all."""
    write_text(file, get(name)(report, width=80, color=False, gates=metadata()))


def write_text(file: str, text: str) -> None:
    """Write UTF-8 ``text`` to ``file`` by way of a temporary neighbour; raise UsageError when that cannot be done."""
    import tempfile

    folder = os.path.dirname(os.path.abspath(file))
    temporary = ""
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=".agentops-", dir=folder)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, file)
    except OSError as error:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        raise UsageError(
            f"cannot write {printable(file)}: {error.strerror}", "name a file that can be written"
        ) from error
