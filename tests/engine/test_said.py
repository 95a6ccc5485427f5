"""What residents say can be destroyed at its time, and the sealed record still holds."""

from collections.abc import Iterator

import pytest
from pydantic import Field

from linli.audit import sealed
from linli.errors import BadInput, NotAllowed
from linli.loops import catalogue, destroy, keeping, said
from linli.loops.advance import Moved, Opening, advance, open_item
from linli.loops.find import item_for
from linli.loops.keeping import AFTER_EMERGENCY_DAYS, CLOSED_DAYS, Destruction
from linli.loops.ledger import Event, Item, Tally
from linli.loops.loop import Form, Loop, Stage, State, Step, stages
from linli.loops.said import Said
from linli.plans import modes
from linli.plans.modes import NewDeclaration
from linli.policy.roles import FIELD_STAFF
from tests.cast import EVENING, HOUR, City

pytestmark = pytest.mark.db

DAY = 24 * HOUR
ASKED = {"description": "Drums at night", "contact_name": "Ann", "contact_phone": "555-0100"}


def asked(city: City) -> Moved:
    """Ann asks, with her phone."""
    opening = Opening(
        city.areas["oak1"].id, "normal", ASKED, kind="noise", title="Drums at night",
        opened_by=city.accounts["ann"].id,
    )  # fmt: skip
    return open_item(catalogue.get("request"), opening, city.scene("ann"))


def withdrawn(city: City) -> int:
    """A request that Ann has withdrawn the same evening."""
    moved = asked(city)
    advance(moved.item_id, "withdraw", city.scene("ann"), own=True)
    return moved.item_id


def declared(city: City, area: str, days: int) -> None:
    """Gil declares an emergency from the evening on."""
    new = NewDeclaration("emergency", "City command", "Outbreak", EVENING, EVENING + days * DAY)
    modes.declare(city.actor("gil"), city.areas[area], new, now=EVENING)


def test_a_sealed_event_holds_no_word_that_a_resident_said(city: City) -> None:
    moved = asked(city)

    kept = str(Event.objects.filter(item_id=moved.item_id).values_list("data", flat=True))
    assert not any(word in kept for word in ASKED.values())


def test_the_history_still_shows_what_was_said(city: City) -> None:
    moved = asked(city)

    view = item_for(city.actor("cy"), moved.item_id, now=EVENING, purpose="service")

    assert view.events[0].data["contact_phone"] == "555-0100"


def test_a_word_that_was_changed_afterwards_is_found_out(city: City) -> None:
    moved = asked(city)
    assert said.changed() == []
    row = Said.objects.get(item_id=moved.item_id)
    row.words["description"] = "Flutes at noon"
    row.save()

    assert said.changed() == [moved.item_id]


def test_what_a_dispatcher_wrote_is_kept_beside_the_code_of_the_allotment(city: City) -> None:
    moved = asked(city)
    form = {"note": "Knows Ann of 4B well."}

    advance(moved.item_id, "reassign", city.scene("bo"), data=form)

    event = Event.objects.get(item_id=moved.item_id, step="reassign")
    assert "4B" not in str(event.data)
    assert event.data["reason"] == "duty_grid"
    assert said.restored([event])[0].data["note"] == "Knows Ann of 4B well."


def test_words_go_a_year_after_the_end_and_stages_and_counts_stay(city: City) -> None:
    item_id = withdrawn(city)
    sealed.seal_all()
    tallies = list(Tally.objects.order_by("id").values())

    assert destroy.destroy(EVENING + CLOSED_DAYS * DAY - 1) == []
    reports = destroy.destroy(EVENING + CLOSED_DAYS * DAY)

    item = Item.objects.get(id=item_id)
    assert (item.stage, item.title, item.opened_by, item.data) == ("withdrawn", "", None, {})
    assert [(r.loop, r.cause, r.n_items, r.n_texts) for r in reports] == [
        ("request", "closed", 1, 3)
    ]
    assert not Said.objects.exists()
    assert list(Tally.objects.order_by("id").values()) == tallies
    sealed.seal_all()
    assert all(verdict.broken is None for verdict in sealed.verify())


def test_what_was_destroyed_reads_as_nothing_and_is_destroyed_once(city: City) -> None:
    item_id = withdrawn(city)
    destroy.destroy(EVENING + CLOSED_DAYS * DAY)

    view = item_for(city.actor("cy"), item_id, now=EVENING, purpose="service")

    assert view.events[0].data["contact_phone"] is None
    assert destroy.destroy(EVENING + 2 * CLOSED_DAYS * DAY) == []


def test_what_is_still_open_keeps_its_words_however_old(city: City) -> None:
    asked(city)

    assert destroy.destroy(EVENING + 10 * CLOSED_DAYS * DAY) == []


def test_a_city_signs_its_own_terms_and_they_hold(city: City) -> None:
    withdrawn(city)
    keeping.sign(
        city.actor("lou"), "request", closed_days=7, after_emergency_days=7,
        note="City rule 5", now=EVENING,
    )  # fmt: skip

    assert destroy.chore(EVENING + 7 * DAY) == 1


@pytest.mark.parametrize(("days", "note"), [(0, "x"), (100_000, "x"), (7, " ")])
def test_terms_that_make_no_sense_are_refused(city: City, days: int, note: str) -> None:
    with pytest.raises(BadInput):
        keeping.sign(
            city.actor("lou"), "request", closed_days=days,
            after_emergency_days=7, note=note,
        )  # fmt: skip


@pytest.mark.parametrize("name", ["sam", "eve", "kim"])
def test_who_does_not_run_the_city_signs_no_terms(city: City, name: str) -> None:
    with pytest.raises(NotAllowed):
        keeping.sign(
            city.actor(name), "request", closed_days=7, after_emergency_days=7,
            note="mine",
        )  # fmt: skip


def test_reports_are_for_auditors_and_whoever_sets_the_terms(city: City) -> None:
    withdrawn(city)
    destroy.destroy(EVENING + CLOSED_DAYS * DAY)

    assert len(keeping.reports(city.actor("kim"))) == len(keeping.reports(city.actor("lou"))) == 1
    with pytest.raises(NotAllowed):
        keeping.reports(city.actor("cy"))


class SweepAsk(Form):
    """Who lives behind the door, in a word."""

    personal = frozenset({"name"})

    name: str = Field(min_length=1, max_length=80)
    floor: int = 0


SWEEP = Loop(
    name="sweep",
    label="sweep",
    opens="open",
    opened_by=FIELD_STAFF,
    asks=SweepAsk,
    seen_by=FIELD_STAFF,
    classes={"normal": "normal"},
    emergency_only=True,
    stages=(Stage("open", "open"), Stage("done", "done", State.CLOSED)),
    steps=(Step("finish", "finish", stages("open"), "done", by=FIELD_STAFF),),
)


@pytest.fixture
def sweep() -> Iterator[Loop]:
    """A loop for emergencies only."""
    catalogue.add(SWEEP)
    yield SWEEP
    catalogue.leave_out(SWEEP)


def swept(city: City, area: str = "oak1", at: int = EVENING) -> Moved:
    """Cy notes who lives behind a door."""
    opening = Opening(city.areas[area].id, "normal", {"name": "Ann", "floor": 4})
    return open_item(SWEEP, opening, city.scene("cy", at))


def test_nothing_for_emergencies_only_opens_without_a_declaration(city: City, sweep: Loop) -> None:
    with pytest.raises(BadInput, match="declared emergency"):
        swept(city)

    declared(city, "w", days=3)
    swept(city)
    with pytest.raises(BadInput, match="declared emergency"):
        swept(city, at=EVENING + 3 * DAY)


def test_what_an_emergency_collected_goes_when_it_is_over_closed_or_not(
    city: City, sweep: Loop
) -> None:
    declared(city, "w", days=3)
    moved = swept(city)
    end = EVENING + 3 * DAY

    assert destroy.destroy(end + AFTER_EMERGENCY_DAYS * DAY - 1) == []
    (report,) = destroy.destroy(end + AFTER_EMERGENCY_DAYS * DAY)

    assert Item.objects.get(id=moved.item_id).data == {"floor": 4}
    assert (report.cause, report.n_items, report.n_texts) == ("emergency", 1, 1)
    assert report.declaration_id is not None


def test_a_declaration_that_goes_on_holds_on_to_what_it_covers(city: City, sweep: Loop) -> None:
    declared(city, "east", days=2)
    declared(city, "w", days=90)
    swept(city)

    assert destroy.destroy(EVENING + (2 + AFTER_EMERGENCY_DAYS) * DAY) == []
    assert len(destroy.destroy(EVENING + (90 + AFTER_EMERGENCY_DAYS) * DAY)) == 1


def test_a_lifted_emergency_is_over_from_then_on(city: City, sweep: Loop) -> None:
    declared(city, "w", days=90)
    swept(city)
    gil = city.actor("gil")
    first = modes.history(city.areas["w"].path, exercise=False)[0]
    modes.lift(gil, first.id, now=EVENING + DAY)

    assert destroy.destroy(EVENING + (1 + AFTER_EMERGENCY_DAYS) * DAY - 1) == []
    destroy.destroy(EVENING + (1 + AFTER_EMERGENCY_DAYS) * DAY)

    assert Destruction.objects.count() == 1
