"""What modules on a hook's path take from ``typing`` at run time, without its price; a type checker sees the real ones.

Importing ``typing`` costs a third of a bare interpreter's start, and each class of its ``NamedTuple`` 0.3 ms more,
because its constructor is compiled at once. A hook loads some forty such classes and makes instances of few: here the
constructor waits for the first one. In all else a class behaves as one of ``typing``, and a test holds them equal.
"""

from __future__ import annotations

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import IO, Any, Literal, NamedTuple, Protocol, TextIO, cast
else:
    from _collections import _tuplegetter

    class _Name:
        """A name for annotations, and for aliases made of them: it takes any subscript and means nothing."""

        def __getitem__(self, item: object) -> _Name:
            return self

        def __or__(self, other: object) -> _Name:
            return self

        __ror__ = __or__

    Any = IO = Literal = TextIO = _Name()

    class Protocol:
        """A class like any other: what it promises is for the type checker."""

    def cast(_type: object, value: object) -> object:
        """Return ``value``."""
        return value

    class _Tuple(tuple):
        """What the classes share; ``_fields`` and ``_field_defaults`` are each one's own."""

        __slots__ = ()

        def __new__(cls, *args: object, **kwargs: object) -> _Tuple:
            owner = next(base for base in cls.__mro__ if "_fields" in vars(base))
            names = ", ".join(owner._fields)
            # What collections.namedtuple does: only a compiled signature is as fast, and complains as well.
            source = f"lambda _cls, {names}: _new(_cls, ({names},))"
            constructor = eval(source, {"_new": tuple.__new__, "__builtins__": {}})  # noqa: S307
            constructor.__defaults__ = tuple(owner._field_defaults.values())
            owner.__new__ = constructor
            return constructor(cls, *args, **kwargs)

        def __repr__(self) -> str:
            fields = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
            return f"{type(self).__name__}({fields})"

        def __getnewargs__(self) -> tuple[object, ...]:
            return tuple(self)

        def _asdict(self) -> dict[str, object]:
            return dict(zip(self._fields, self, strict=True))

        def _replace(self, **changes: object) -> _Tuple:
            made = tuple.__new__(type(self), map(changes.pop, self._fields, self))
            if changes:
                raise ValueError(f"got unexpected field names: {list(changes)!r}")
            return made

        @classmethod
        def _make(cls, values: object) -> _Tuple:
            return cls(*values)

    class _Meta(type):
        def __new__(mcs, name: str, _bases: tuple[type, ...], body: dict[str, object]) -> type:
            fields = tuple(body.get("__annotations__", ()))
            defaults = {field: body[field] for field in fields if field in body}
            body |= {field: _tuplegetter(index, "") for index, field in enumerate(fields)}
            body |= {"__slots__": (), "__match_args__": fields, "_fields": fields, "_field_defaults": defaults}
            return type(name, (_Tuple,), body)

    NamedTuple = type.__new__(_Meta, "NamedTuple", (), {})

__all__ = ["IO", "TYPE_CHECKING", "Any", "Literal", "NamedTuple", "Protocol", "TextIO", "cast"]
