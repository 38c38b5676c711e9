"""SHA-256 and git's SHA-1 without OpenSSL, which hashlib would load: 3 ms of a hook that has 40."""

from __future__ import annotations

try:
    from _sha2 import sha256  # type: ignore[import-not-found]
except ImportError:
    try:
        from _sha256 import sha256  # type: ignore[import-not-found]  # before Python 3.12
    except ImportError:  # pragma: no cover - a Python built without its own
        from hashlib import sha256

try:
    from _sha1 import sha1  # type: ignore[import-not-found]
except ImportError:  # pragma: no cover - as above
    from hashlib import sha1

__all__ = ["sha1", "sha256"]
