"""A sign of life on standard error while a gate works, on a terminal only."""

from __future__ import annotations

from ..model.light import TextIO

_ERASE_LINE = "\r\x1b[K"


class Progress:
    """Keeps one status line on ``stream``; writes nothing where nobody watches."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._live = stream.isatty()
        self._shown = False

    def __call__(self, gate: str, elapsed: float) -> None:
        """Say that ``gate`` has worked for ``elapsed`` seconds."""
        if self._live:
            self._shown = True
            self._write(f"{_ERASE_LINE}{gate}: {elapsed:.0f} s ...")

    def clear(self) -> None:
        """Take the status line away."""
        if self._shown:
            self._shown = False
            self._write(_ERASE_LINE)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
