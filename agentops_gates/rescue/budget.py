"""How much a snapshot may still take. What does not fit is not left out: the command is denied."""

from __future__ import annotations

from ..model.errors import UndecidedError
from .settings import Settings


class Budget:
    """What is left of ``rescue.max_files`` and ``rescue.max_bytes``."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._files = settings.max_files
        self.bytes = settings.max_bytes

    def files(self, count: int) -> None:
        """Raise UndecidedError if ``count`` files cannot all be saved; nothing is taken."""
        if count > self._files:
            self._refuse("files", f"{count:,} files would have to be saved", self._settings.max_files)

    def take(self, size: int) -> None:
        """Take one file of ``size`` bytes. Raises UndecidedError if it does not fit."""
        self._files -= 1
        self.bytes -= size
        if self._files < 0:
            self._refuse("files", "more files would have to be saved", self._settings.max_files)
        if self.bytes < 0:
            self._refuse("bytes", "more bytes would have to be saved", self._settings.max_bytes)

    def _refuse(self, what: str, why: str, bound: int) -> None:
        raise UndecidedError(
            f"{why} than a snapshot may hold: rescue.max_{what} is {bound:,}"
            if why.startswith("more")
            else f"{why}, and a snapshot may hold {bound:,} (rescue.max_{what})",
            f"save the work yourself (git stash push -u, or commit), ignore what is made anew, or have "
            f"rescue.max_{what} raised",
        )
