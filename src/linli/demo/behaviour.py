"""What do residents and staff do next, and when? One habit for all who act in the demo.

Pure: an item as it is seen goes in, a deed and a delay come out. The dice belong to the item
and to how far it is, so the same item goes the same way whoever asks and however often.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Any, Protocol

MINUTE, HOUR, DAY = 60, 3600, 86_400
CITY_OFFSET_S = 8 * HOUR
NIGHT_FROM_H, NIGHT_UNTIL_H = 22, 7

# All shares and times below are assumed; they make a board on which everything happens.
NOTICED_FROM_TIER = (0.90, 0.06, 0.03, 0.01)  # who sees to it: community, street, district, city
ACCEPT_WITHIN_S = {"urgent": 5 * MINUTE, "utility": 22 * MINUTE, "normal": 70 * MINUTE}  # medians
ANSWER_WITHIN_S = {"urgent": 50 * MINUTE, "utility": 14 * HOUR, "normal": 46 * HOUR}  # medians
SPREAD = 0.8  # log standard deviation of every delay
REFUSED, WITHDRAWN, ASKED_BACK = 0.04, 0.015, 0.06
RESULTS = (("done", 0.82), ("partly", 0.11), ("cannot", 0.07))
READS, RATES, SOLVED_SAYS = 0.78, 0.62, 0.88
REOPENS = {"done": 0.06, "partly": 0.30, "cannot": 0.20}
SCORES_SOLVED, SCORES_NOT = (5, 5, 5, 4, 4, 4, 3), (1, 2, 2, 3)
GIVES_UP_AFTER_REOPENINGS = 4
REACHES = {"page": "page", "phone": "phone", "visit": "visit", "paper": "visit"}


class Who(StrEnum):
    """Who does a deed."""

    HOLDER = "holder"  # whoever holds the item, or who answers for its unit when nobody does
    UNIT = "unit"  # who answers for the unit it is with
    RESIDENT = "resident"


class Seen(Protocol):
    """An item as whoever acts can see it; nobody here changes it."""

    @property
    def uid(self) -> Any: ...
    @property
    def stage(self) -> str: ...
    @property
    def item_class(self) -> str: ...
    @property
    def tier(self) -> int: ...
    @property
    def holder_id(self) -> int | None: ...
    @property
    def n_events(self) -> int: ...
    @property
    def n_reopened(self) -> int: ...
    @property
    def channel(self) -> str: ...
    @property
    def reply_seen_at(self) -> Any: ...
    @property
    def data(self) -> Any: ...


@dataclass(frozen=True)
class Deed:
    """A step somebody takes, and what they fill in."""

    who: Who
    step: str
    data: dict[str, Any] = field(default_factory=dict)


def dice_for(seed: int, item: Seen, *what: str) -> Random:
    """The dice of an item at the point where it stands."""
    return Random(f"{seed}/{item.uid}/{item.stage}/{item.n_reopened}/{'/'.join(what)}")


def first_look_s(seed: int, item: Seen, now: int) -> int:
    """Seconds until somebody looks at an item that has just come to where it stands."""
    dice = dice_for(seed, item, "when", str(item.n_events))
    if item.stage in ("received", "assigned", "refused"):
        return _delay(dice, ACCEPT_WITHIN_S[item.item_class], item, now)
    if item.stage == "working":
        return _delay(dice, ANSWER_WITHIN_S[item.item_class], item, now)
    if item.stage == "waiting_resident":
        return _delay(dice, 3 * HOUR, item, now)
    return _delay(dice, 6 * HOUR, item, now)  # the resident, with a reply


def next_look_s(item: Seen, now: int) -> int:
    """Seconds until the next look at an item that nobody did anything with."""
    again = {"urgent": 12 * MINUTE, "utility": HOUR, "normal": 3 * HOUR}[item.item_class]
    return DAY if item.stage == "answered" else again + (now + item.n_events) % again // 4


def deed(seed: int, item: Seen) -> Deed | None:
    """What is done at a look: a step, or nothing yet."""
    dice = dice_for(seed, item, "deed", str(item.n_events))
    noticed = dice_for(seed, item, "noticed").choices((0, 1, 2, 3), NOTICED_FROM_TIER)[0]
    if item.stage in ("received", "assigned", "refused", "working") and item.tier < noticed:
        return None
    if item.stage in ("received", "assigned"):
        return _on_assigned(dice, item)
    if item.stage == "refused":
        return _on_refused(dice)
    if item.stage == "working":
        return _on_working(dice, item)
    if item.stage == "waiting_resident":
        if dice.random() < 0.9:
            return Deed(Who.RESIDENT, "tell_more", {"reason": "It is at the back door."})
        return Deed(Who.RESIDENT, "withdraw")
    if item.stage == "answered":
        return _on_answered(seed, dice, item)
    return None


def _on_assigned(dice: Random, item: Seen) -> Deed:
    if item.stage == "received" or item.holder_id is None:
        step = "reassign" if item.stage == "received" else "take_over"
        data = {"note": "Nobody had it."} if step == "reassign" else {}
        return Deed(Who.UNIT, step, data)
    if dice.random() < WITHDRAWN:
        return Deed(Who.RESIDENT, "withdraw")
    if dice.random() < REFUSED and item.tier < 2:
        return Deed(Who.HOLDER, "refuse", {"reason": "This is not for our unit to do."})
    return Deed(Who.HOLDER, "accept")


def _on_refused(dice: Random) -> Deed:
    if dice.random() < 0.6:
        return Deed(Who.UNIT, "take_over")
    return Deed(Who.UNIT, "reassign", {"note": "The duty list is clear on this."})


def _on_working(dice: Random, item: Seen) -> Deed:
    if item.holder_id is None:
        return Deed(Who.UNIT, "reassign", {"note": "It was late and nobody had it."})
    if item.n_reopened == 0 and dice.random() < ASKED_BACK:
        return Deed(Who.HOLDER, "ask_resident", {"reason": "Which door may we use?"})
    result = dice.choices([r for r, _ in RESULTS], [share for _, share in RESULTS])[0]
    if item.n_reopened >= GIVES_UP_AFTER_REOPENINGS:
        result = "cannot"
    notes = {
        "done": "Seen to, and checked on the spot.",
        "partly": "The first half is done; the rest follows tomorrow.",
        "cannot": "It cannot be had at present; we have told who can.",
    }
    reach = REACHES.get(item.channel, "page")
    return Deed(Who.HOLDER, "answer", {"note": notes[result], "result": result, "reach": reach})


def _on_answered(seed: int, dice: Random, item: Seen) -> Deed | None:
    habits = dice_for(seed, item, "resident")
    reads, rates = habits.random() < READS, habits.random() < RATES
    if item.reply_seen_at is None:
        if reads:
            return Deed(Who.RESIDENT, "read")
        return Deed(Who.HOLDER, "deliver", {"reach": "phone", "note": "Told by phone."})
    if not rates:
        return None  # the clock of silence closes it
    if item.n_reopened < GIVES_UP_AFTER_REOPENINGS:
        result = str(item.data.get("result", "done"))
        if habits.random() < REOPENS[result]:
            return Deed(Who.RESIDENT, "reopen", {"reason": "It is still not solved."})
    solved = habits.random() < SOLVED_SAYS
    score = dice.choice(SCORES_SOLVED if solved else SCORES_NOT)
    return Deed(Who.RESIDENT, "rate", {"solved": solved, "satisfied": score})


def _delay(dice: Random, median_s: int, item: Seen, now: int) -> int:
    """A delay around its median; what is not urgent waits for the morning."""
    wait = max(MINUTE, int(dice.lognormvariate(0, SPREAD) * median_s))
    hour = (now + wait + CITY_OFFSET_S) // HOUR % 24
    if item.item_class != "normal" or NIGHT_UNTIL_H <= hour < NIGHT_FROM_H:
        return wait
    until_morning = (NIGHT_UNTIL_H - hour) % 24 * HOUR
    return wait + until_morning + dice.randrange(2 * HOUR)
