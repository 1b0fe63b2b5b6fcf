"""Arithmetic typed into a field: numbers, + - * / ** ( ) and a few functions; nothing else is ever run."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Mapping

from nodegraph.data.errors import GraphError

LONGEST = 200
TOKEN = re.compile(
    r"\s+|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\w.])|(?P<name>[A-Za-z_]\w*)|\*\*|[-+*/(),]|(?P<other>.)",
    re.DOTALL | re.ASCII,
)
PIECE = re.compile(r"(?P<name>[A-Za-z_]\w*)|(?P<run>[\d.,]+)|\s+|.", re.DOTALL | re.ASCII)
DECIMAL = re.compile(r"(\d*),(\d*)", re.ASCII)
NAMES: Mapping[str, float] = {"pi": math.pi}
FUNCTIONS: Mapping[str, tuple[Callable[..., float], int | None]] = {  # how many numbers each takes; None: one or more
    "sqrt": (math.sqrt, 1),
    "abs": (abs, 1),
    "floor": (math.floor, 1),
    "ceil": (math.ceil, 1),
    "round": (round, 1),
    "exp": (math.exp, 1),
    "log": (math.log, 1),
    "log2": (math.log2, 1),
    "sin": (math.sin, 1),
    "cos": (math.cos, 1),
    "tan": (math.tan, 1),
    "radians": (math.radians, 1),
    "degrees": (math.degrees, 1),
    "min": (lambda *numbers: min(numbers), None),
    "max": (lambda *numbers: max(numbers), None),
}
HINT = "type a number or sums as 1920/2, +20, *2, -=3, sqrt(2)"


def worked_out(text: str) -> float:
    """What a sum comes to; a GraphError in words if it is none. Whole numbers stay whole where they can."""
    if len(text) > LONGEST:
        raise GraphError("that is too long for a number", HINT)
    if not text.strip():
        raise GraphError("the field is empty", HINT)
    cleaned = _cleaned(pointed(text))
    try:
        result = _value(ast.parse(cleaned.strip(), mode="eval").body)
        if not math.isfinite(result):
            raise OverflowError
    except (SyntaxError, MemoryError, RecursionError):
        raise GraphError(f"{text.strip()!r} is no sum", _why(text)) from None
    except ZeroDivisionError:
        raise GraphError(f"{text.strip()!r} divides by zero", "divide by another number") from None
    except OverflowError:
        raise GraphError(f"{text.strip()!r} is too large", "give a smaller number") from None
    except ValueError:
        raise GraphError(f"{text.strip()!r} has no answer", "roots and logarithms want positive numbers") from None
    return result


def pointed(text: str) -> str:
    """A sum with points where it has decimal commas; between the numbers that a function takes, commas stay."""
    pieces, brackets, before = [], list[bool](), False  # whether each open bracket is a function's
    for match in PIECE.finditer(text):
        piece = match[0]
        if match["run"] is not None and "," in piece and not any(brackets):
            pieces.append(_with_point(piece))
        else:
            pieces.append(piece)
        if piece == "(":
            brackets.append(before)
        elif piece == ")" and brackets:
            brackets.pop()
        before = match["name"] is not None or (before and piece.isspace())
    return "".join(pieces)


def _with_point(run: str) -> str:
    match = DECIMAL.fullmatch(run)
    if match is None:
        raise GraphError(f"{run!r} is no number", "give one point or comma, and none for thousands")
    whole, part = match.groups()
    if len(part) == 3 and len(whole) <= 3 and whole.strip("0"):
        raise GraphError(f"{run} may be {whole}.{part} or {whole}{part}", "type the one that is meant")
    return f"{whole}.{part}" if whole or part else run


def _cleaned(text: str) -> str:
    """The text, once it is known to hold nothing but numbers, names and signs; 007 becomes 7."""
    pieces = []
    for match in TOKEN.finditer(text):
        if match["other"] is not None:
            raise GraphError(f"{match['other']!r} cannot stand in a number", HINT)
        number = match["number"]
        if number is not None and number.isdigit():
            number = number.lstrip("0") or "0"
        pieces.append(number if number is not None else match[0])
    return "".join(pieces)


def _why(text: str) -> str:
    if text.count("(") != text.count(")"):
        return "a bracket is missing"
    return HINT


def _value(node: ast.expr) -> float:
    match node:
        case ast.Constant(value=bool()):
            pass
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _value(operand)
        case ast.BinOp(left=left, op=operator, right=right):
            return _combined(_value(left), operator, _value(right))
        case ast.Name(id=name):
            if name in NAMES:
                return NAMES[name]
            raise GraphError(f"{name!r} is no number", HINT)
        case ast.Call(func=ast.Name(id=name), args=given, keywords=[]):
            return _called(name, [_value(each) for each in given])
    raise SyntaxError


def _combined(a: float, operator: ast.operator, b: float) -> float:
    match operator:
        case ast.Add():
            return a + b
        case ast.Sub():
            return a - b
        case ast.Mult():
            return a * b
        case ast.Div():
            return a / b
        case ast.Pow():
            return _power(a, b)
    raise SyntaxError


def _power(a: float, b: float) -> float:
    """As a float, so that 9**9**9 overflows at once and does not fill the memory."""
    return math.pow(float(a), float(b))


def _called(name: str, numbers: list[float]) -> float:
    if name not in FUNCTIONS:
        raise GraphError(f"there is no function {name}", f"there are {', '.join(FUNCTIONS)}")
    function, count = FUNCTIONS[name]
    if (count is None and not numbers) or (count is not None and len(numbers) != count):
        wanted = "one number or more" if count is None else "one number"
        raise GraphError(f"{name} takes {wanted}, not {len(numbers)}", f"write {name}(2)")
    return function(*numbers)
