"""Pickles read as data: an interpreter of our own that can build plain values and numbers' arrays, and nothing else.

Python's own reader calls whatever a pickle names. This one calls nothing: names that numpy's arrays are made with are
understood as what they mean, all others are refused before anything is built (PEP 307, PEP 3154, PEP 574).
"""

from __future__ import annotations

import math
import pickletools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

LARGEST = 1 << 28  # bytes of one array
STEPS = 200_000_000  # instructions: more than any file of a film's faces
KINDS = "biufSU"  # numbers and texts; an array of objects could hold anything


class PickleRefused(ValueError):
    """A pickle that holds something other than plain data, or is broken."""


class Name(NamedTuple):
    """Something that a pickle names, understood but never looked up."""

    module: str
    name: str


class _Kind:
    """A numpy type that is being read: its letters and byte order."""

    __slots__ = ("letters", "order")

    def __init__(self, letters: str) -> None:
        self.letters = letters
        self.order = "="

    def real(self) -> np.dtype[Any]:
        kind = np.dtype(self.letters)
        if kind.kind not in KINDS or kind.hasobject or kind.fields:
            raise PickleRefused(f"an array of {self.letters}")
        return kind.newbyteorder(">" if self.order == ">" else "<" if self.order == "<" else "=")


class _Array:
    """A numpy array that is being read."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value: NDArray[Any] = np.zeros(0)


def _keys(items: Any) -> list[Any]:
    """Keys of a table or members of a set: plain ones, for tuples in tuples can take for ever to tell apart."""
    keys = list(items)
    if not all(key is None or isinstance(key, (str, bytes, int, float)) for key in keys):
        raise PickleRefused("a key that is neither text nor number")
    return keys


def _table(pairs: Any = ()) -> dict[Any, Any]:
    rows = [tuple(pair) for pair in pairs]
    return dict(zip(_keys(key for key, _ in rows), (value for _, value in rows), strict=True))


MARK = object()
NUMPY = ("numpy.core.multiarray", "numpy._core.multiarray")
NUMERIC = ("numpy.core.numeric", "numpy._core.numeric")
PLAIN: dict[Name, Callable[..., Any]] = {
    Name("collections", "OrderedDict"): _table,
    Name("builtins", "set"): lambda items=(): set(_keys(items)),
    Name("builtins", "frozenset"): lambda items=(): frozenset(_keys(items)),
    Name("__builtin__", "frozenset"): lambda items=(): frozenset(_keys(items)),
    Name("__builtin__", "bytes"): bytes,
    Name("__builtin__", "set"): lambda items=(): set(_keys(items)),
}
KNOWN = frozenset(
    {
        *PLAIN,
        *(Name(module, "_reconstruct") for module in NUMPY),
        *(Name(module, "scalar") for module in NUMPY),
        *(Name(module, "_frombuffer") for module in NUMERIC),
        Name("numpy", "ndarray"),
        Name("numpy", "dtype"),
        Name("_codecs", "encode"),
    }
)


def read_pickle(data: bytes) -> Any:
    """The plain data in a pickle; PickleRefused if it holds anything else. Nothing in it is ever run."""
    try:
        return _plain(_Machine().run(data))
    except PickleRefused:
        raise
    except (
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        OverflowError,
        AttributeError,
        EOFError,
        UnicodeError,
    ) as fault:
        raise PickleRefused(f"broken: {fault}") from fault
    except RecursionError as fault:
        raise PickleRefused("nested too deep") from fault


def _plain(value: Any) -> Any:
    """The finished value, arrays taken out of their shells; names and types left over are refused."""
    done: dict[int, Any] = {}

    def clean(part: Any) -> Any:
        if isinstance(part, _Array):
            return part.value
        if isinstance(part, (Name, _Kind)) or part is MARK:
            raise PickleRefused(f"a name: {part}")
        if id(part) in done:
            return done[id(part)]
        if isinstance(part, list):
            made: list[Any] = []
            done[id(part)] = made
            made.extend(clean(each) for each in part)
            return made
        if isinstance(part, tuple):
            done[id(part)] = tuple(clean(each) for each in part)
            return done[id(part)]
        if isinstance(part, dict):
            table: dict[Any, Any] = {}
            done[id(part)] = table
            table.update((key, clean(each)) for key, each in part.items())
            return table
        return part

    return clean(value)


class _Machine:
    """The stack machine that pickles are programs for."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def run(self, data: bytes) -> Any:
        for count, (opcode, argument, _) in enumerate(pickletools.genops(data)):
            if count > STEPS:
                raise PickleRefused("it is too long")
            if opcode.name == "STOP":
                (value,) = self.stack
                return value
            step = STEPS_BY_NAME.get(opcode.name)
            if step is None:
                raise PickleRefused(f"the instruction {opcode.name}")
            step(self, argument)
        raise PickleRefused("it is cut off")

    def above(self) -> list[Any]:
        """What lies above the last mark, which goes with it."""
        for at in range(len(self.stack) - 1, -1, -1):
            if self.stack[at] is MARK:
                items = self.stack[at + 1 :]
                del self.stack[at:]
                return items
        raise PickleRefused("a mark is missing")

    def top(self, kind: type) -> Any:
        if not isinstance(self.stack[-1], kind):
            raise PickleRefused(f"no {kind.__name__} where one is filled")
        return self.stack[-1]

    def push(self, value: Any) -> None:
        self.stack.append(value)

    def pop(self, _: Any = None) -> Any:
        return self.stack.pop()

    def name(self, module: Any, name: Any) -> None:
        named = Name(str(module), str(name))
        if named not in KNOWN:
            raise PickleRefused(f"it names {named.module}.{named.name}")
        self.stack.append(named)

    def stack_global(self, _: Any) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        self.name(module, name)

    def reduce(self, _: Any) -> None:
        arguments, named = self.stack.pop(), self.stack.pop()
        if not isinstance(named, Name) or not isinstance(arguments, tuple):
            raise PickleRefused("a call of something that has no name")
        self.stack.append(_called(named, arguments))

    def build(self, _: Any) -> None:
        state = self.stack.pop()
        made = self.stack[-1]
        if isinstance(made, _Kind):
            order = state[1]
            made.order = order if isinstance(order, str) else "="
        elif isinstance(made, _Array):
            _, shape, kind, by_columns, content = state
            made.value = _array(content, kind, shape, bool(by_columns))
        else:
            raise PickleRefused("an object with a state")

    def append(self, _: Any) -> None:
        value = self.stack.pop()
        self.top(list).append(value)

    def appends(self, _: Any) -> None:
        items = self.above()
        self.top(list).extend(items)

    def set_item(self, _: Any) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self.top(dict)[_keys([key])[0]] = value

    def set_items(self, _: Any) -> None:
        items = self.above()
        self.top(dict).update(zip(_keys(items[::2]), items[1::2], strict=True))

    def add_items(self, _: Any) -> None:
        items = self.above()
        self.top(set).update(_keys(items))

    def to_dict(self, _: Any) -> None:
        items = self.above()
        self.stack.append(dict(zip(_keys(items[::2]), items[1::2], strict=True)))

    def last(self, count: int) -> None:
        items = tuple(self.stack[len(self.stack) - count :])
        if len(items) != count:
            raise PickleRefused("too few values")
        del self.stack[len(self.stack) - count :]
        self.stack.append(items)

    def keep(self, at: Any) -> None:
        self.memo[len(self.memo) if at is None else int(at)] = self.stack[-1]

    def fetch(self, at: Any) -> None:
        self.stack.append(self.memo[int(at)])


def _called(named: Name, arguments: tuple[Any, ...]) -> Any:
    """What a call that we understand makes."""
    if named.name == "bytes" and arguments:  # the empty ones have none; a number would ask for so much memory
        raise PickleRefused("bytes made of something else")
    if named in PLAIN:
        return PLAIN[named](*arguments[:1])
    if named.name == "_reconstruct":
        return _Array()
    if named.name == "dtype":
        return _Kind(str(arguments[0]))
    if named.name == "scalar":
        kind, content = arguments
        return _array(content, kind, (), False)[()].item()
    if named.name == "_frombuffer":
        content, kind, shape, order = arguments
        made = _Array()
        made.value = _array(content, kind, shape, order == "F")
        return made
    if named.name == "encode":  # bytes as the older protocols hold them
        text, coding = (*arguments, "latin1")[:2]
        if coding not in ("latin1", "latin-1"):
            raise PickleRefused(f"a text in {coding}")
        return str(text).encode("latin1")
    raise PickleRefused(f"a call of {named.module}.{named.name}")


def _array(content: Any, kind: Any, shape: Any, by_columns: bool) -> NDArray[Any]:
    if isinstance(content, str):  # as Python 2 wrote it
        content = content.encode("latin1")
    if not isinstance(kind, _Kind) or not isinstance(content, bytes):
        raise PickleRefused("an array without a type, or without numbers")
    real = kind.real()
    size = math.prod(int(length) for length in shape) * real.itemsize
    if size > LARGEST or size != len(content) or any(int(length) < 0 for length in shape):
        raise PickleRefused("an array of another size than it says")
    flat = np.frombuffer(content, real).astype(real.newbyteorder("="))
    return flat.reshape(tuple(int(length) for length in shape), order="F" if by_columns else "C")


def _pushed(make: Callable[[Any], Any]) -> Callable[[_Machine, Any], None]:
    return lambda machine, argument: machine.push(make(argument))


def _same(argument: Any) -> Any:
    return argument


STEPS_BY_NAME: dict[str, Callable[[_Machine, Any], Any]] = {
    **dict.fromkeys(("PROTO", "FRAME", "READONLY_BUFFER"), lambda *_: None),
    **dict.fromkeys(
        (
            *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
            *("STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"),
            *("BINBYTES", "SHORT_BINBYTES", "BINBYTES8"),
        ),
        _pushed(_same),
    ),
    "BYTEARRAY8": _pushed(bytes),
    "NONE": _pushed(lambda _: None),
    "NEWTRUE": _pushed(lambda _: True),
    "NEWFALSE": _pushed(lambda _: False),
    "MARK": _pushed(lambda _: MARK),
    "EMPTY_LIST": _pushed(lambda _: []),
    "EMPTY_DICT": _pushed(lambda _: {}),
    "EMPTY_SET": _pushed(lambda _: set()),
    "EMPTY_TUPLE": _pushed(lambda _: ()),
    "POP": _Machine.pop,
    "POP_MARK": lambda machine, _: machine.above(),
    "DUP": lambda machine, _: machine.push(machine.stack[-1]),
    "LIST": lambda machine, _: machine.push(machine.above()),
    "TUPLE": lambda machine, _: machine.push(tuple(machine.above())),
    "TUPLE1": lambda machine, _: machine.last(1),
    "TUPLE2": lambda machine, _: machine.last(2),
    "TUPLE3": lambda machine, _: machine.last(3),
    "DICT": _Machine.to_dict,
    "FROZENSET": lambda machine, _: machine.push(frozenset(_keys(machine.above()))),
    "APPEND": _Machine.append,
    "APPENDS": _Machine.appends,
    "SETITEM": _Machine.set_item,
    "SETITEMS": _Machine.set_items,
    "ADDITEMS": _Machine.add_items,
    "PUT": _Machine.keep,
    "BINPUT": _Machine.keep,
    "LONG_BINPUT": _Machine.keep,
    "MEMOIZE": _Machine.keep,
    "GET": _Machine.fetch,
    "BINGET": _Machine.fetch,
    "LONG_BINGET": _Machine.fetch,
    "GLOBAL": lambda machine, argument: machine.name(*str(argument).split(" ", 1)),
    "STACK_GLOBAL": _Machine.stack_global,
    "REDUCE": _Machine.reduce,
    "BUILD": _Machine.build,
}
