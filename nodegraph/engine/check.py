"""Checked mode: what the cache gives is computed anew from scratch, and must be the same to the bit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from nodegraph.data.errors import GraphError, NodeError
from nodegraph.data.image import Image
from nodegraph.engine.cache import MISSING, Cache
from nodegraph.engine.plan import in_order
from nodegraph.engine.run import Job, Runner
from nodegraph.engine.step import Step

ENDLESS = 1 << 62


def check(runner: Runner, step: Step, value: Any, job: Job) -> None:
    """Raise, naming the node at fault, if a cached value is not what its Step gives now."""
    scratch = Runner(runner.planner, Cache(ENDLESS), loads=runner.loads, everything=True)
    scratch.run(step, Job(job.cancel))
    for each in in_order(step, into_static=True):
        cached = value if each is step else runner.cache.peek(each.key)
        fresh = scratch.cache.peek(each.key)
        if cached is not MISSING and fresh is not MISSING and not same(cached, fresh):
            raise NodeError(
                each.node,
                each.frame,
                GraphError(
                    "computed anew, its result is not the one that was kept",
                    f"a {each.kind.name} depends on something that it does not declare: name Frame, Shot or a knob, "
                    "or give a fingerprint of the file; or it, or a node after it, changes a result in place",
                ),
            )


def same(a: Any, b: Any) -> bool:
    """True if two results are equal to the bit, as far as they can be compared at all."""
    if a is b:
        return True
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return bool(a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes())
    if type(a) is not type(b):
        return False
    if isinstance(a, Image):
        names = ("format", "data", "channels", "colorspace", "metadata")
        return all(same(getattr(a, name), getattr(b, name)) for name in names) and same(a.pixels, b.pixels)
    if isinstance(a, Mapping):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(map(same, a, b))
    if is_dataclass(a):
        return all(same(getattr(a, field.name), getattr(b, field.name)) for field in fields(a) if field.compare)
    if isinstance(a, float):
        return bool(a.hex() == b.hex())
    if any("__eq__" in vars(kind) for kind in type(a).__mro__[:-1]):
        equal: bool = a == b
        return equal
    return True  # live things know no equality
