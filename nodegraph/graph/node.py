"""A node is a plain typed function; its signature is its schema."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints, overload

from nodegraph.data.identity import Consent
from nodegraph.data.shot import Clip, Frame, Moves, Shot, Window
from nodegraph.graph.context import Context
from nodegraph.graph.knob import PLAIN, Knob, KnobType, is_storable

F = TypeVar("F", bound=Callable[..., Any])
Knobs = Mapping[str, Any]
Saved = dict[str, Any]
Brings = Callable[[Knobs, frozenset[str]], tuple[str, ...]]

# Where a node passes a picture straight through: a port, or a port at another frame. None: it works.
Identity = str | tuple[str, int] | None

HANDED_IN: Mapping[type, str] = {Frame: "frame", Shot: "shot", Moves: "moves", Context: "ctx"}
TIMES: Mapping[Any, str] = {Window: "window", Clip: "clip"}


class Anything:
    """What a wire carries, whatever it is: the input and the output of a node that only hands it on, as a Dot."""


class Port(NamedTuple):
    """One input of a node type. `time` is how much of the shot it wants: frame, window or clip."""

    name: str
    type: type
    time: str = "frame"
    optional: bool = False
    many: bool = False  # a row of inputs: images1, images2, …


class Output(NamedTuple):
    """One output of a node type; a node with a single one calls it `out`."""

    name: str
    type: type


@dataclass(frozen=True, eq=False)
class NodeType:
    """Everything the program knows of a kind of node: read off its function, said nowhere else."""

    name: str
    menu: str
    function: Callable[..., Any]
    help: str
    inputs: tuple[Port, ...]
    knobs: Mapping[str, KnobType]
    outputs: tuple[Output, ...]
    handed_in: Mapping[str, type]  # parameter name -> Frame, Shot, Moves or Context
    order: tuple[str, ...]  # positional parameters, as the function takes them
    sink: bool = False
    store: bool = False  # keep its results on disk by key: values of a whole shot that take long
    costly: bool = False  # worth a place in the cache even where only one node reads it
    frames: Callable[[int, Knobs], range | tuple[int, ...]] | None = None
    identity: Callable[[int, Knobs], Identity] | None = None
    fingerprint: Callable[[int, Knobs], str] | None = None
    shutter: Callable[[Knobs], tuple[float, ...]] | None = None  # the moments of its Moves, in frames from this one
    explain: Callable[..., str] | None = None  # a sink's answer to `nodegraph plan`: how it will write, and why
    models: Brings | None = None  # those it brings along, by the names of their cards
    consent: Callable[[Knobs], tuple[str, Consent]] | None = None  # the name and consent of the identity it gives
    delivers: Callable[[Knobs], bool] | None = None  # does a sink write what is handed on, and not only looked at
    caution: str = ""  # what to think of where its result is delivered
    revision: int = 0  # how often it has come to compute something else, though its files stayed as they are
    upgrades: dict[int, Callable[[Saved], Saved]] = field(default_factory=dict)

    @property
    def version(self) -> int:
        return max(self.upgrades, default=1)

    @property
    def edition(self) -> int:
        """What results go by: it rises with every version and every revision, so that none is taken for another's."""
        return self.version + self.revision

    @cached_property
    def carries(self) -> bool:
        """True if it hands on whatever is wired to it."""
        return any(output.type is Anything for output in self.outputs)

    def carrying(self, what: type) -> NodeType:
        """This node type where the wire is known: it takes `what` and gives `what`."""
        return _carrying(self, what)

    @property
    def sees_frame(self) -> bool:
        return Frame in self.handed_in.values()

    @property
    def sees_shot(self) -> bool:
        return Shot in self.handed_in.values()

    def port(self, name: str) -> Port | None:
        """The port that a wire into `name` arrives at; `images3` finds the row `images`."""
        for port in self.inputs:
            if port.name == name or (port.many and re.fullmatch(rf"{port.name}[1-9][0-9]*", name)):
                return port
        return None

    def output(self, name: str) -> Output | None:
        """The output called `name`; an empty name finds the first."""
        return next((out for out in self.outputs if not name or out.name == name), None)

    def __repr__(self) -> str:
        return f"<{self.name}>"


@cache
def _carrying(kind: NodeType, what: type) -> NodeType:
    inputs = tuple(port._replace(type=what) if port.type is Anything else port for port in kind.inputs)
    outputs = tuple(output._replace(type=what) if output.type is Anything else output for output in kind.outputs)
    return replace(kind, inputs=inputs, outputs=outputs)


def node_type(function: Callable[..., Any]) -> NodeType:
    """The node type that `@node` read off a function."""
    result: NodeType = vars(function)["node_type"]  # set by @node
    return result


@overload
def node(function: F) -> F: ...
@overload
def node(
    *,
    name: str = "",
    menu: str = "",
    sink: bool = False,
    store: bool = False,
    costly: bool = False,
    frames: Callable[[int, Knobs], range | tuple[int, ...]] | None = None,
    identity: Callable[[int, Knobs], Identity] | None = None,
    fingerprint: Callable[[int, Knobs], str] | None = None,
    shutter: Callable[[Knobs], tuple[float, ...]] | None = None,
    explain: Callable[..., str] | None = None,
    models: Brings | None = None,
    consent: Callable[[Knobs], tuple[str, Consent]] | None = None,
    delivers: Callable[[Knobs], bool] | None = None,
    caution: str = "",
    revision: int = 0,
) -> Callable[[F], F]: ...
def node(function: Any = None, **options: Any) -> Any:
    """Make a function a node: positional parameters are wires, keyword-only ones knobs, the return the output.

    `frames(frame, knobs)` says which frames a `Window` input wants; `identity(frame, knobs)` where the node
    does nothing but pass an input on; `fingerprint(frame, knobs)` what on disk the result depends on;
    `shutter(knobs)` at which moments around the frame it wants its own knobs too (its `Moves`);
    `explain(frame, knobs, image)` how a sink will write; `models(knobs, wired)` which models it uses that
    no wire brings, by the names of their cards;
    `consent(knobs)` who the identity is that it gives, and by whose leave, without a look at a picture;
    `delivers(knobs)` whether a sink makes a delivery, for which a node's `caution` is meant. `revision` is counted up
    when the same knobs and inputs come to give another result: what older code has kept on disk is not used any more.
    """

    def declare(plain: F) -> F:
        vars(plain)["node_type"] = _read_signature(plain, **options)
        return plain

    return declare if function is None else declare(function)


def upgrades(function: Callable[..., Any], *, to: int) -> Callable[[F], F]:
    """Declare how a node saved by the version before `to` becomes one of version `to`: saved dict to saved dict.

    The dict has `knobs` and `inputs`, as they stand in the file.
    """
    kind = node_type(function)
    if to != kind.version + 1:
        raise TypeError(f"{kind.name}: an upgrade to {to} cannot follow version {kind.version}")

    def declare(upgrade: F) -> F:
        kind.upgrades[to] = upgrade
        return upgrade

    return declare


def reworded(saved: Saved, knob: str, words: Mapping[str, str]) -> Saved:
    """A saved node in which one knob's choices are called by their new words: what an upgrade does with them."""
    knobs = saved.get("knobs")
    word = knobs.get(knob) if isinstance(knobs, dict) else None
    if not isinstance(word, str) or word not in words:
        return saved
    return {**saved, "knobs": {**saved["knobs"], knob: words[word]}}


def _read_signature(function: Callable[..., Any], *, name: str = "", menu: str = "", **options: Any) -> NodeType:
    label = name or "".join(word[:1].upper() + word[1:] for word in function.__name__.split("_"))
    help = inspect.getdoc(function)
    if not help:
        raise TypeError(f"node {label} has no docstring")
    hints = get_type_hints(function, include_extras=True)
    inputs: list[Port] = []
    knobs: dict[str, KnobType] = {}
    handed_in: dict[str, type] = {}
    order: list[str] = []
    for parameter in inspect.signature(function).parameters.values():
        hint = hints[parameter.name]
        if parameter.kind is parameter.KEYWORD_ONLY:
            knobs[parameter.name] = _knob(label, parameter, hint)
            continue
        order.append(parameter.name)
        if isinstance(hint, type) and hint in HANDED_IN:
            handed_in[parameter.name] = hint
        else:
            inputs.append(_port(label, parameter, hint))
    folder = function.__module__.rpartition(".")[0].rpartition(".")[2]
    return NodeType(
        name=label,
        menu=menu or folder.capitalize() or "Other",
        function=function,
        help=help,
        inputs=tuple(inputs),
        knobs=knobs,
        outputs=_outputs(hints.get("return", NoneType)),
        handed_in=handed_in,
        order=tuple(order),
        **options,
    )


def _knob(label: str, parameter: inspect.Parameter, hint: Any) -> KnobType:
    shown = PLAIN
    if get_origin(hint) is Annotated:
        hint, *extras = get_args(hint)
        shown = next((extra for extra in extras if isinstance(extra, Knob)), PLAIN)
    if not is_storable(hint):
        raise TypeError(f"node {label}: knob {parameter.name} has a type that no file can hold: {hint}")
    if parameter.default is parameter.empty:
        raise TypeError(f"node {label}: knob {parameter.name} has no default")
    kind = KnobType(parameter.name, hint, parameter.default, shown)
    kind.check(parameter.default)
    return kind


def _port(label: str, parameter: inspect.Parameter, hint: Any) -> Port:
    optional = False
    if get_origin(hint) in (Union, UnionType):
        kinds = [kind for kind in get_args(hint) if kind is not NoneType]
        if len(kinds) != 1:
            raise TypeError(f"node {label}: input {parameter.name} takes one type, or that type or None")
        hint, optional = kinds[0], True
    time = TIMES.get(get_origin(hint), "frame")
    if time != "frame":
        (hint,) = get_args(hint)
    if not isinstance(hint, type):
        raise TypeError(f"node {label}: input {parameter.name} has no plain type: {hint}")
    many = parameter.kind is parameter.VAR_POSITIONAL
    return Port(parameter.name, hint, time, optional or many, many)


def _outputs(hint: Any) -> tuple[Output, ...]:
    if hint is NoneType:
        return ()
    if isinstance(hint, type) and issubclass(hint, tuple) and hasattr(hint, "_fields"):
        return tuple(Output(name, kind) for name, kind in get_type_hints(hint).items())
    return (Output("out", hint),)
