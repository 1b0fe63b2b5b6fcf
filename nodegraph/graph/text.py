"""The text of a graph file: JSON that people can diff, the same bytes for the same graph."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from nodegraph.data.errors import DocumentError

DEEPEST = 40  # a graph nests six deep; a file that nests like this is broken or hostile


def dumps(value: Any) -> str:
    """Sorted keys, two spaces, one entry a line; a list of plain numbers or words stays on its line."""
    return _text(value, "") + "\n"


def _text(value: Any, indent: str) -> str:
    inner = indent + "  "
    if isinstance(value, dict) and value:
        rows = (f"{inner}{json.dumps(key, ensure_ascii=False)}: {_text(value[key], inner)}" for key in sorted(value))
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    if isinstance(value, (list, tuple)) and value:
        if all(not isinstance(part, (dict, list, tuple)) for part in value) or _is_key(value):
            return "[" + ", ".join(_text(part, inner) for part in value) + "]"
        return "[\n" + ",\n".join(inner + _text(part, inner) for part in value) + f"\n{indent}]"
    if isinstance(value, tuple):
        return "[]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _is_key(value: Any) -> bool:
    """A key of a curve with its handles also fits on a line."""
    flat = (part for part in value if isinstance(part, (list, tuple)))
    return (
        not isinstance(value[0], (dict, list, tuple))
        and all(len(part) == 2 and not any(isinstance(each, (dict, list, tuple)) for each in part) for part in flat)
        and not any(isinstance(part, dict) for part in value)
    )


def loads(text: str, name: str) -> Any:
    """The value that a file says; a DocumentError with the line where it is no JSON of ours."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) != len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise DocumentError(f"{name}: “{twice}” stands there twice", "keep one of them")
        return result

    def no_number(word: str) -> NoReturn:
        raise DocumentError(f"{name}: {word} is no number that a knob can have", "write a finite one")

    _check_depth(text, name)
    try:
        return json.loads(text, object_pairs_hook=once, parse_constant=no_number)
    except json.JSONDecodeError as fault:
        raise DocumentError(
            f"{name}: line {fault.lineno}, column {fault.colno}: {fault.msg}",
            "the file was cut off or edited by hand; its older copies are in .nodegraph/backups",
        ) from fault
    except ValueError as fault:
        raise DocumentError(f"{name}: a number has more digits than any knob can use", "shorten it") from fault


def _check_depth(text: str, name: str) -> None:
    depth = 0
    quoted = escaped = False
    for at, letter in enumerate(text):
        if quoted:
            if escaped:
                escaped = False
            elif letter == "\\":
                escaped = True
            elif letter == '"':
                quoted = False
        elif letter == '"':
            quoted = True
        elif letter in "[{":
            depth += 1
            if depth > DEEPEST:
                line = text.count("\n", 0, at) + 1
                raise DocumentError(f"{name}: line {line}: nested too deep for a graph", "this is not a graph file")
        elif letter in "]}":
            depth -= 1
