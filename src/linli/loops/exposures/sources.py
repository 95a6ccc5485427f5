"""From when to when may somebody have passed it on? By the disease, the onset and the placement."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from linli import clock
from linli.loops import observation
from linli.loops.standing import Standing

UNKNOWN_ONSET_DAYS = 14  # looked back where nobody knows the onset; assumed


@dataclass(frozen=True)
class Infectious:
    """The window in which meetings count, in UTC seconds; ``onset_on`` where it is known."""

    from_at: int
    until_at: int
    onset_on: date | None


def infectious(source: Standing, now: int) -> Infectious:
    """The window of a case; of a contact, since it met its own source.

    No onset is taken for the first in a chain: the window begins before it, as the disease's own
    file says, and with no onset known it looks back two weeks from the report.
    """
    onset = _day(source.data.get("onset_on")) or _day(source.data.get("last_met_on"))
    reported = clock.day(clock.moment(source.happened_at))
    begins = (
        onset + timedelta(days=observation.of(source.kind).infectious_from_days)
        if onset
        else reported - timedelta(days=UNKNOWN_ONSET_DAYS)
    )
    ends = _day(source.data.get("isolated_on"))
    until = clock.midnight_s(ends + timedelta(days=1)) if ends else now
    return Infectious(clock.midnight_s(begins), max(until, clock.midnight_s(begins)), onset)


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None
