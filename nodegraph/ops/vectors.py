"""Four channels at a time: what the machine can do at once and numba does not find by itself.

Each function is written straight in LLVM's terms, for a pixel's channels lie side by side in memory.
Nothing here looks at bounds: the caller has made sure of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.core import cgutils as untyped_tools
from numba.extending import intrinsic

FOUR = ir.VectorType(ir.FloatType(), 4)
INDEX = ir.IntType(32)
cgutils: Any = untyped_tools
kinds: Any = types
SIXTEEN = ir.VectorType(ir.FloatType(), 16)
FUSED = ("contract",)  # the machine may multiply and add in one go


def _inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    return cast(Callable[..., Any], intrinsic(function))


def _pointer(context: Any, builder: Any, kind: Any, array: Any) -> Any:
    return context.make_array(kind)(context, builder, array).data


def _four_at(builder: Any, pointer: Any) -> Any:
    """Where four floats lie that need not begin at any even place."""
    return builder.bitcast(pointer, FOUR.as_pointer())


def _all(builder: Any, number: Any) -> Any:
    """One number four times."""
    one = builder.insert_element(ir.Constant(FOUR, ir.Undefined), number, INDEX(0))
    return builder.shuffle_vector(one, ir.Constant(FOUR, ir.Undefined), ir.Constant(ir.VectorType(INDEX, 4), [0] * 4))


def _picked(builder: Any, vector: Any, *more: Any) -> Any:
    """Some numbers of one vector or two of a kind, in another order or several times: the last says which."""
    other, lanes = (more[0], more[1]) if len(more) == 2 else (ir.Constant(vector.type, ir.Undefined), more[0])
    return builder.shuffle_vector(vector, other, ir.Constant(ir.VectorType(INDEX, len(lanes)), lanes))


@_inlined
def blend_weights(_typing: Any, table: Any, _row: Any, _part: Any, weights: Any) -> Any:
    """Weights between two rows of a table, a part of the way from one to the next; rows are a multiple of four long."""
    signature = types.void(table, types.intp, types.float32, weights)

    def build(context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        source = context.make_array(table)(context, builder, given[0])
        length = builder.extract_value(source.shape, 1)
        low = builder.gep(source.data, [builder.mul(given[1], length)])
        high = builder.gep(low, [length])
        into = _pointer(context, builder, weights, given[3])
        share = _all(builder, given[2])
        four = ir.Constant(length.type, 4)
        with cgutils.for_range(builder, builder.sdiv(length, four)) as loop:
            at = builder.mul(loop.index, four)
            first = builder.load(_four_at(builder, builder.gep(low, [at])), align=4)
            second = builder.load(_four_at(builder, builder.gep(high, [at])), align=4)
            step = builder.fmul(builder.fsub(second, first, flags=FUSED), share, flags=FUSED)
            builder.store(builder.fadd(first, step, flags=FUSED), _four_at(builder, builder.gep(into, [at])), align=4)
        return context.get_dummy_value()

    return signature, build


@_inlined
def copied(_typing: Any, source: Any, into: Any, _count: Any) -> Any:
    """Copy so many floats from where one array begins to where another does."""

    def build(context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        there, here = (_pointer(context, builder, kind, given[k]) for k, kind in ((1, into), (0, source)))
        cgutils.raw_memcpy(builder, there, here, given[2], 4)
        return context.get_dummy_value()

    return types.void(source, into, types.intp), build


@_inlined
def weighed(
    _typing: Any, source: Any, _first: Any, _line: Any, _step: Any, wx: Any, wy: Any, _tx: Any, _ty: Any
) -> Any:
    """The sum of tx by ty pixels by their weights, four channels of it.

    After the flat picture follow where in it the first of them begins, how far it is to the next row and how far
    to the next pixel; then the weights, across and down, and how many of each.
    """
    result = kinds.Tuple((types.float32,) * 4)
    index = types.intp
    signature = result(source, index, index, index, wx, wy, index, index)

    def build(context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        picture = _pointer(context, builder, source, given[0])
        across = _pointer(context, builder, wx, given[4])
        down = _pointer(context, builder, wy, given[5])
        black = ir.Constant(FOUR, [0.0] * 4)
        total = cgutils.alloca_once_value(builder, black)
        row = cgutils.alloca_once_value(builder, black)
        with cgutils.for_range(builder, given[7]) as lines:
            begin = builder.gep(picture, [builder.add(given[1], builder.mul(lines.index, given[2]))])
            builder.store(black, row)
            with cgutils.for_range(builder, given[6]) as taps:
                pixel = builder.gep(begin, [builder.mul(taps.index, given[3])])
                light = builder.load(_four_at(builder, pixel), align=4)
                share = _all(builder, builder.load(builder.gep(across, [taps.index])))
                builder.store(
                    builder.fadd(builder.load(row), builder.fmul(light, share, flags=FUSED), flags=FUSED), row
                )
            share = _all(builder, builder.load(builder.gep(down, [lines.index])))
            builder.store(
                builder.fadd(builder.load(total), builder.fmul(builder.load(row), share, flags=FUSED), flags=FUSED),
                total,
            )
        done = builder.load(total)
        return cgutils.pack_array(builder, [builder.extract_element(done, INDEX(k)) for k in range(4)])

    return signature, build


@_inlined
def weighed_sixteen(
    _typing: Any, source: Any, _first: Any, _line: Any, across: Any, _x: Any, _dx: Any, down: Any, _y: Any, _dy: Any
) -> Any:
    """The sum of four by four pixels of four channels by weights of two tables: as the two above, all at once.

    After where the first pixel begins and how far it is to the next row follow a table, its row and the part of the
    way to the next one, across and down. A row of a table is four numbers long.
    """
    result = kinds.Tuple((types.float32,) * 4)
    index, part = types.intp, types.float32
    signature = result(source, index, index, across, index, part, down, index, part)
    sixteen = ir.VectorType(ir.FloatType(), 16)

    def spread(builder: Any, vector: Any, lanes: list[int]) -> Any:
        """Some numbers of a vector, in another order or several times."""
        mask = ir.Constant(ir.VectorType(INDEX, len(lanes)), lanes)
        return builder.shuffle_vector(vector, ir.Constant(vector.type, ir.Undefined), mask)

    def between(builder: Any, table: Any, row: Any, share: Any) -> Any:
        """Four weights between two rows of a table."""
        low = builder.gep(table, [builder.mul(row, ir.Constant(row.type, 4))])
        first = builder.load(_four_at(builder, low), align=4)
        second = builder.load(_four_at(builder, builder.gep(low, [ir.Constant(row.type, 4)])), align=4)
        step = builder.fmul(builder.fsub(second, first, flags=FUSED), _all(builder, share), flags=FUSED)
        return builder.fadd(first, step, flags=FUSED)

    def build(context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        at = builder.gep(_pointer(context, builder, source, given[0]), [given[1]])
        wx, wy = (
            between(builder, _pointer(context, builder, kind, given[k]), given[k + 1], given[k + 2])
            for kind, k in ((across, 3), (down, 6))
        )
        total = ir.Constant(sixteen, [0.0] * 16)
        for row in range(4):
            pixels = builder.load(builder.bitcast(at, sixteen.as_pointer()), align=4)
            total = builder.fadd(total, builder.fmul(pixels, spread(builder, wy, [row] * 16), flags=FUSED), flags=FUSED)
            at = builder.gep(at, [given[2]])
        total = builder.fmul(total, spread(builder, wx, [tap for tap in range(4) for _ in range(4)]), flags=FUSED)
        for count in (8, 4):
            low, high = (spread(builder, total, list(range(k, k + count))) for k in (0, count))
            total = builder.fadd(low, high, flags=FUSED)
        return cgutils.pack_array(builder, [builder.extract_element(total, INDEX(k)) for k in range(4)])

    return signature, build


def _wide(depth: int, least: int, most: int) -> Callable[..., Any]:
    """As `weighed_sixteen`, for pixels of so many channels and filters of `least` to `most` taps across and down.

    A row of either table is `most` numbers long; how many of them count follows the tables. A row of pixels is read
    sixteen numbers at a time, and nothing behind its last pixel. What is more than three channels may be anything.
    """
    count = -(-most * depth // 16)
    weights = ir.VectorType(ir.FloatType(), most)

    def sum_of(
        _typing: Any,
        source: Any,
        _first: Any,
        _line: Any,
        across: Any,
        _x: Any,
        _dx: Any,
        down: Any,
        _y: Any,
        _dy: Any,
        _tx: Any,
        _ty: Any,
    ) -> Any:
        result = kinds.Tuple((types.float32,) * 4)
        index, part = types.intp, types.float32
        signature = result(source, index, index, across, index, part, down, index, part, index, index)

        def between(builder: Any, table: Any, row: Any, share: Any) -> Any:
            low = builder.gep(table, [builder.mul(row, ir.Constant(row.type, most))])
            high = builder.gep(low, [ir.Constant(row.type, most)])
            first, second = (builder.load(builder.bitcast(at, weights.as_pointer()), align=4) for at in (low, high))
            one = builder.insert_element(ir.Constant(weights, ir.Undefined), share, INDEX(0))
            step = builder.fmul(
                builder.fsub(second, first, flags=FUSED), _picked(builder, one, [0] * most), flags=FUSED
            )
            return builder.fadd(first, step, flags=FUSED)

        def build(context: Any, builder: Any, _signature: Any, given: Any) -> Any:
            masked = ir.FunctionType(SIXTEEN, (SIXTEEN.as_pointer(), INDEX, ir.VectorType(ir.IntType(1), 16), SIXTEEN))
            load = cgutils.get_or_insert_function(builder.module, masked, "llvm.masked.load.v16f32.p0")
            at = builder.gep(_pointer(context, builder, source, given[0]), [given[1]])
            wx, wy = (
                between(builder, _pointer(context, builder, kind, given[k]), given[k + 1], given[k + 2])
                for kind, k in ((across, 3), (down, 6))
            )
            tx, ty = given[9], given[10]
            lanes = ir.VectorType(INDEX, 16)
            there = builder.trunc(builder.mul(tx, ir.Constant(tx.type, depth)), INDEX)
            there = _picked(
                builder, builder.insert_element(ir.Constant(lanes, ir.Undefined), there, INDEX(0)), [0] * 16
            )
            masks = [
                builder.icmp_signed("<", ir.Constant(lanes, list(range(16 * k, 16 * k + 16))), there)
                for k in range(count)
            ]
            black = ir.Constant(SIXTEEN, [0.0] * 16)
            sums = [cgutils.alloca_once_value(builder, black) for _ in range(count)]

            def add_row(row: int) -> None:
                begin = builder.gep(at, [builder.mul(given[2], ir.Constant(given[2].type, row))])
                share = _picked(builder, wy, [row] * 16)
                for k, each in enumerate(sums):
                    place = builder.bitcast(builder.gep(begin, [INDEX(16 * k)]), SIXTEEN.as_pointer())
                    light = builder.fmul(builder.call(load, [place, INDEX(4), masks[k], black]), share, flags=FUSED)
                    builder.store(builder.fadd(builder.load(each), light, flags=FUSED), each)

            def add_tap(tap: int) -> None:
                first = tap * depth // 16
                pair = done[first], done[min(first + 1, count - 1)]
                inside = [min(tap * depth - 16 * first + k, 31) for k in range(4)]
                light = builder.fmul(_picked(builder, *pair, inside), _picked(builder, wx, [tap] * 4), flags=FUSED)
                builder.store(builder.fadd(builder.load(total), light, flags=FUSED), total)

            for row in range(least):
                add_row(row)
            for row in range(least, most):
                with builder.if_then(builder.icmp_signed("<", ir.Constant(ty.type, row), ty)):
                    add_row(row)
            done = [builder.load(each) for each in sums]
            total = cgutils.alloca_once_value(builder, ir.Constant(FOUR, [0.0] * 4))
            for tap in range(least):
                add_tap(tap)
            for tap in range(least, most):
                with builder.if_then(builder.icmp_signed("<", ir.Constant(tx.type, tap), tx)):
                    add_tap(tap)
            rgba = builder.load(total)
            return cgutils.pack_array(builder, [builder.extract_element(rgba, INDEX(k)) for k in range(4)])

        return signature, build

    return _inlined(sum_of)


weighed_twelve = _wide(3, 4, 4)  # RGB by four taps, as many as a cubic has where nothing shrinks
weighed_wide_rgb = _wide(3, 5, 8)  # where the picture shrinks by up to a half
weighed_wide_rgba = _wide(4, 5, 8)
