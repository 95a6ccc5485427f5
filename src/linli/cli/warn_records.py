"""How does `linli warn --from-records` look at the city's own signals, and tell of them?"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _
from linli.cli.words import language
from linli.errors import N_, BadInput

if TYPE_CHECKING:
    from linli.studies.warning.board import Board

MOST_TOLD = 20


@dataclass(frozen=True)
class Asked:
    """What was asked of the records: where, in whose name, and whether to look anew."""

    unit: str
    by: str
    signal: str = ""
    look: bool = False
    as_json: bool = False


def from_records(asked: Asked) -> None:
    """Tell the board of a unit; with ``look``, look at the whole city first."""
    if not asked.by:
        raise BadInput(N_("Say in whose name: --as USER, or LINLI_AS."))
    get_ready()
    from linli import clock
    from linli.cli.evaluate_records import area_of
    from linli.cli.request import acting
    from linli.studies.warning import board, watch

    actor, area = acting(asked.by), area_of(asked.unit)
    if asked.look:
        watch.run_now(actor, now=clock.now_s())
    found = board.board(actor, area, signal=asked.signal)
    if asked.as_json:
        say_json(_values(found))
        return
    _tell(found)


def _tell(found: "Board") -> None:
    if found.run is None:
        say(_("Nobody has looked yet. Linli looks every night, once a day is over."))
        return
    say(
        _("{area}, up to {day}: {n} series were looked at, {loud} warnings."),
        area=found.area.name_zh, day=found.run.day, n=found.run.n_series,
        loud=len(found.lines) + found.n_more,
    )  # fmt: skip
    for line in found.lines[:MOST_TOLD]:
        row = line.row
        say(
            _("  {area}, {signal}, {day}: {seen} seen, {expected} expected, warns above {upper}"),
            area=line.area.name_zh, signal=_signal(row.signal), day=row.day,
            seen=f"{row.observed:g}", expected=f"{row.expected:.1f}", upper=f"{row.upper:.1f}",
        )  # fmt: skip
    for one in found.breaks[:MOST_TOLD]:
        say(
            _("{area}, {day}: a jump so far above both neighbours that the way of counting may "
              "have changed. If it did, declare it with --change."),
            area=one.area.name_zh, day=one.day,
        )  # fmt: skip
    lags = found.lags
    say(
        _("{waiting} to be decided, {decided} decided, the middle one after {days} days."),
        waiting=len(lags.waiting), decided=len(lags.decided),
        days="–" if lags.median_days is None else f"{lags.median_days:g}",
    )  # fmt: skip


def _signal(name: str) -> str:
    from linli.loops.cases.definitions import diseases
    from linli.studies.signals import words

    text, disease = words(name)
    known = diseases().get(disease)
    called = known.called(language()) if known else disease
    return f"{_(text)} ({called})" if disease else _(text)


def _values(found: "Board") -> dict[str, Any]:
    made = found.run
    return {
        "area_id": found.area.id,
        "day": made.day if made else None,
        "plan": made.plan if made else None,
        "inputs": made.inputs if made else None,
        "statuses": made.statuses if made else {},
        "notes": made.notes if made else [],
        "warnings": [
            {
                "rank": one.row.rank, "signal": one.row.signal, "level": one.row.level,
                "area_id": one.area.id, "area": one.area.name_zh, "day": one.row.day,
                "observed": one.row.observed, "expected": one.row.expected,
                "upper": one.row.upper, "p": one.row.p, "item": one.row.item_id,
                "stage": one.item.stage if one.item else None, "past": one.row.past,
            }
            for one in found.lines
        ],
        "breaks": [{"area": b.area.name_zh, "signal": b.signal, "day": b.day} for b in
                   found.breaks],
        "median_days": found.lags.median_days,
        "days_to_first_decision": found.lags.days_to_first_decision,
    }  # fmt: skip
