"""Which policies are on today, where, and how far do contacts go on under them?

Only reports are asked. What a trigger has set off stays on until the policy's last day.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linli.analysis.simulation.city import City
from linli.analysis.simulation.disease import LAYERS, Layer
from linli.analysis.simulation.policies import OUTSIDE, CloseCompounds, Policy, Reduce, Trigger
from linli.analysis.simulation.state import State

Reach = dict[int, NDArray[np.bool_]]  # by the policy's number: the compounds it holds in


def reach_of(city: City, policies: tuple[Policy, ...], state: State, places: Any) -> Reach:
    """The policies that are on today, each with its compounds."""
    found: Reach = {}
    for n, policy in enumerate(policies):
        if not policy.is_on(state.day):
            continue
        where = places.where[n]
        if policy.when is not None:
            latch = state.tally.setdefault(f"latched_{n}", np.zeros(len(city.compound), bool))
            latch |= _set_off(city, policy.when, state)
            where = where & latch
        if where.any():
            found[n] = where
    return found


def _set_off(city: City, trigger: Trigger, state: State) -> NDArray[np.bool_]:
    """In which compounds there were so many reports of late, counted by area of the level."""
    begin = max(0, state.day + 1 - trigger.days)
    recent = state.reports[:, begin : state.day + 1].sum(axis=1)
    if trigger.per == "city":
        return np.full(len(recent), recent.sum() >= trigger.reports)
    area = city.areas(trigger.per).of(city.compound.start[:-1])
    return np.bincount(area, weights=recent)[area] >= trigger.reports


def shares_of(
    city: City, policies: tuple[Policy, ...], reach: Reach, state: State
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Share of contacts that go on today, shape (layers, compounds), and which gates are kept.

    Where several policies hold, the strictest counts.
    """
    shares = np.ones((len(LAYERS), len(city.compound)), dtype=np.float32)
    closed = np.zeros(len(city.compound), dtype=bool)
    for n, where in reach.items():
        policy = policies[n]
        if isinstance(policy, CloseCompounds):
            allowed = _reopened(policy, state)
            closed |= where & (allowed < 1)
            wanted: Mapping[Layer, Any] = {
                **dict.fromkeys(OUTSIDE, np.maximum(policy.leakage, allowed)),
                Layer.COMPOUND: np.maximum(policy.within, allowed),
                Layer.RESPONSE: np.maximum(policy.response, allowed),
            }
        elif isinstance(policy, Reduce):
            wanted = policy.layers
        else:
            continue
        for layer, share in wanted.items():
            at = shares[LAYERS.index(layer)]
            np.minimum(at, np.where(where, share, 1).astype(np.float32), out=at)
    return shares, closed


def _reopened(policy: CloseCompounds, state: State) -> NDArray[np.float64]:
    """How far each compound has climbed the ladder: the share of its last rung, else 0."""
    if not policy.reopen:
        return np.zeros(len(state.reports))
    seen = state.reports[:, policy.from_day : state.day + 1] > 0
    n_days = seen.shape[1]
    quiet = np.where(seen.any(axis=1), np.argmax(seen[:, ::-1], axis=1), n_days)
    allowed = np.zeros(len(quiet))
    for rung in policy.reopen:
        allowed[quiet >= rung.quiet_days] = rung.share
    return allowed
