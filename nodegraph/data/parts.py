"""Values taken apart into plain ones and arrays of numbers: so a file holds them, and reading it runs nothing."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol, Self, runtime_checkable

from numpy.typing import NDArray


class Parts(NamedTuple):
    """What a value is made of."""

    plain: Any  # as JSON has it
    arrays: tuple[NDArray[Any], ...] = ()


@runtime_checkable
class InParts(Protocol):
    """A value that can be taken apart, and put together again the same to the bit."""

    def to_parts(self) -> Parts: ...

    @classmethod
    def from_parts(cls, parts: Parts) -> Self: ...
