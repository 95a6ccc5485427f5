"""A loop for tests only: a hand-over to children, a carrier with an outcome each, and gates."""

from collections.abc import Mapping
from typing import Any

from linli.errors import Word
from linli.loops.ledger import Item
from linli.loops.loop import Form, Gate, Loop, Stage, State, Step, Unmet, stages
from linli.loops.opening import Opening
from linli.loops.scene import Scene
from linli.loops.standing import Changes, Standing
from linli.policy.roles import DESKS, FIELD_STAFF, Role

LINLI = frozenset({Role.SYSTEM})


class ConvoyAsk(Form):
    """How many boxes go, and where to; some may not be packed."""

    boxes: int = 2
    packed: bool = True
    to: int | None = None


class BoxAsk(Form):
    """What is in it."""

    fragile: bool = False


class BoxLoaded(Form):
    """The vehicle it goes on."""

    carrier: int


class BoxArrived(Form):
    """What became of it."""

    outcome: str


def boxes(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Opening]:
    """A child a box; an unknown area or class stops them all."""
    area = item.data.get("to", item.area_id)
    return [Opening(area, "box", {}) for _ in range(item.data["boxes"])]


def scouts(item: Standing, form: Mapping[str, Any], scene: Scene) -> list[Opening]:
    """A scout and a box, each in its own loop; nobody waits for them."""
    return [
        Opening(item.area_id, "scout", {}, loop="scout"),
        Opening(item.area_id, "box", {}, loop="box"),
    ]


def _loaded(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {"carrier_id": form["carrier"]}


def _arrived(item: Standing, form: Mapping[str, Any], scene: Scene) -> Changes:
    return {"outcome": form["outcome"]}


def _weighed(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    return Unmet("weighed", "It weighs {kg} kg too much.", {"kg": 3})


def _all_in(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    """Asks the table, as the gate of a loop does that adds up its children."""
    out = Item.objects.filter(parent_id=item.id, outcome="").count()
    return Unmet("all_in", "{n} boxes are out.", {"n": out}) if out else None


def _packed(item: Standing, form: Mapping[str, Any], scene: Scene) -> Unmet | None:
    return (
        None if item.data["packed"] else Unmet("packed", "{what} is open.", {"what": Word("box")})
    )


CONVOY = Loop(
    name="convoy",
    label="convoy",
    opens="planned",
    opened_by=DESKS,
    asks=ConvoyAsk,
    seen_by=FIELD_STAFF,
    classes={"convoy": "convoy"},
    about_residents=False,
    when_children_close="finish",
    stages=(
        Stage("planned", "planned"),
        Stage("sent", "sent", State.WAITING, keeps_clock=True),
        Stage("scouted", "scouted"),
        Stage("finished", "finished", State.CLOSED),
        Stage("dropped", "dropped", State.CLOSED),
    ),
    steps=(
        Step("send", "send", stages("planned"), "sent", by=DESKS, hands_over="box", children=boxes),
        Step(
            "finish",
            "finish",
            stages("sent"),
            "finished",
            by=LINLI,
            gates=(Gate("all_in", "every box is in", _all_in),),
        ),
        Step("scout", "scout", stages("planned"), "scouted", by=DESKS, children=scouts),
        Step("drop", "drop", stages("planned", "sent", "scouted"), "dropped", by=DESKS),
        Step(
            "fly",
            "fly",
            stages("planned"),
            "finished",
            by=DESKS,
            gates=(Gate("weighed", "weighed", _weighed), Gate("packed", "packed", _packed)),
        ),
    ),
)
SCOUT = Loop(
    name="scout",
    label="scout",
    opens="out",
    opened_by=LINLI,
    asks=Form,
    seen_by=FIELD_STAFF,
    classes={"scout": "scout"},
    about_residents=False,
    when_parent_closes="recall",
    stages=(Stage("out", "out"), Stage("back", "back", State.CLOSED)),
    steps=(Step("recall", "recall", stages("out"), "back", by=LINLI | FIELD_STAFF),),
)
BOX = Loop(
    name="box",
    label="box",
    opens="waiting",
    opened_by=LINLI,
    asks=BoxAsk,
    seen_by=FIELD_STAFF,
    classes={"box": "box"},
    about_residents=False,
    when_parent_closes="leave",
    stages=(
        Stage("waiting", "waiting"),
        Stage("loaded", "loaded"),
        Stage("arrived", "arrived", State.CLOSED),
        Stage("left", "left behind", State.CLOSED),
    ),
    steps=(
        Step(
            "load",
            "load",
            stages("waiting"),
            "loaded",
            by=FIELD_STAFF,
            asks=BoxLoaded,
            effect=_loaded,
        ),
        Step(
            "arrive",
            "arrive",
            stages("loaded"),
            "arrived",
            by=FIELD_STAFF,
            asks=BoxArrived,
            effect=_arrived,
        ),
        Step("leave", "leave", stages("waiting", "loaded"), "left", by=LINLI),
    ),
)
