"""What the artist reads when something is wrong: the fault, and the next thing to do."""

from __future__ import annotations


class NodegraphError(Exception):
    """A fault told in the artist's words; `hint` is what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  {self.hint}" if self.hint else self.message


class GraphError(NodegraphError):
    """The graph cannot be what was asked: a loop, a wrong wire, an unknown knob."""


class DocumentError(NodegraphError):
    """A project or preset file cannot be read or written."""


class MediaError(NodegraphError):
    """A picture, sequence or movie cannot be read or written."""


class ColorspaceError(NodegraphError):
    """A colour space or transform is not to be had."""


class MissingWeights(NodegraphError):
    """A model file that the graph needs is not on this machine."""


class ModelError(NodegraphError):
    """A model file is none, is broken, or does not keep to its contract."""


class ConsentError(NodegraphError):
    """An identity may not be used for this."""


class Cancelled(NodegraphError):
    """The artist stopped the work."""

    def __init__(self, message: str = "cancelled", hint: str = "") -> None:
        super().__init__(message, hint)


class NodeError(NodegraphError):
    """A node failed on a frame; says which node, which frame, and why."""

    def __init__(self, node: str, frame: int | None, cause: BaseException) -> None:
        at = f" at frame {frame}" if frame is not None else ""
        if isinstance(cause, NodegraphError):
            reason, hint = cause.message, cause.hint
        else:
            reason = f"{type(cause).__name__}: {cause}"
            hint = "this is a fault of the node, not of the graph: run again with -v and report it"
        super().__init__(f"{node}{at}: {reason}", hint)
        self.node = node
        self.frame = frame
        self.cause = cause
