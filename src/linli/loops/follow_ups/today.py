"""What has somebody to ask today, and how does a contact's calendar look?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from linli import clock
from linli.audit.records import record, record_many
from linli.errors import N_, NotFound, Word
from linli.loops import write
from linli.loops.follow_ups import schedule
from linli.loops.follow_ups.schedule import Deal, Made
from linli.loops.follow_ups.tables import RELEASE_SLOT, FollowUp, keys_of
from linli.loops.ledger import Item
from linli.loops.loop import State
from linli.loops.scene import Scene
from linli.loops.standing import Standing
from linli.policy.can import Ask, Holding, can
from linli.policy.powers import roles_for
from linli.policy.roles import FOLLOWERS, Purpose
from linli.registry.areas import get as area_of
from linli.registry.areas import under
from linli.registry.person import Person

DO, PLAN = "follow_ups.do", "follow_ups.plan"
MOST = 1000


@dataclass(frozen=True)
class Contact:
    """A contact as whoever asks them needs to know them."""

    item_id: int
    stage: str
    item_class: str
    person_id: int
    name: str
    phone: str
    door: str
    until: str


@dataclass(frozen=True)
class Round:
    """Somebody's follow-ups of a day, and the people they are of."""

    day: date
    rows: list[FollowUp]
    contacts: dict[int, Contact]


def of_worker(scene: Scene, *, day: date | None = None) -> Round:
    """The follow-ups that this worker has on a day, in the order of the doors; recorded."""
    holding = can(scene.actor, Ask(DO, FOLLOWERS, None, _purpose(scene), True)).required()
    on = day or clock.day(clock.moment(scene.now))
    rows = FollowUp.objects.filter(day=on, holder_id=scene.actor.id).exclude(slot=RELEASE_SLOT)
    found = list(rows.order_by("id")[:MOST])
    contacts = contacts_of({row.contact_id for row in found}, scene)
    found = [row for row in found if row.contact_id in contacts]
    found.sort(key=lambda row: (contacts[row.contact_id].door, row.id))
    record_many(
        scene.actor, "list", "people", [c.person_id for c in contacts.values()], holding=holding,
        purpose=scene.purpose, path=holding.path,
    )  # fmt: skip
    return Round(on, found, contacts)


def contacts_of(ids: Iterable[int], scene: Scene) -> dict[int, Contact]:
    """Those of the contacts whom this person may see now: a post may have ended since."""
    held = scene.actor.holds(FOLLOWERS)
    items = [
        item
        for item in Item.objects.filter(
            id__in=list(ids), loop="contact", exercise=scene.actor.exercise
        )
        if any(item.path.startswith(h.path) for h in held)
    ]
    people = {
        row[0]: row[1:]
        for row in Person.objects.filter(id__in={i.subject_id for i in items}).values_list(
            "id", "name", "phone", "household__home__name_zh", "household__door"
        )
    }
    nobody = ("", "", "", "")
    return {
        item.id: Contact(
            item.id, item.stage, item.item_class, item.subject_id or 0,
            *people.get(item.subject_id or 0, nobody)[:2],
            " ".join(part for part in people.get(item.subject_id or 0, nobody)[2:] if part),
            item.data.get("until", ""),
        )
        for item in items
    }  # fmt: skip


def of_contact(contact_id: int, scene: Scene) -> list[FollowUp]:
    """A contact's whole calendar; raises NotFound out of reach. Recorded."""
    item, holding = contact_of(contact_id, scene)
    record(
        scene.actor, "see_follow_ups", "people", item.subject_id, holding=holding,
        purpose=scene.purpose, path=item.path,
    )  # fmt: skip
    first, end = keys_of(contact_id)
    rows = FollowUp.objects.filter(id__gte=first, id__lt=end).exclude(slot=RELEASE_SLOT)
    return list(rows.order_by("id"))


def contact_of(contact_id: int, scene: Scene) -> tuple[Standing, Holding]:
    """A contact within reach, and the holding that lets this person see it."""
    item = write.load(contact_id, lock=False)
    wrong = item is not None and bool(item.exercise) != scene.actor.exercise
    held = scene.actor.holds(FOLLOWERS)
    if (
        item is None
        or wrong
        or item.loop != "contact"
        or not any(item.path.startswith(h.path) for h in held)
    ):
        raise NotFound(what=Word(N_("contact")), value=contact_id)
    return item, can(scene.actor, Ask(DO, FOLLOWERS, item.path, _purpose(scene), True)).required()


def plan(
    area_id: int,
    scene: Scene,
    *,
    first: date | None = None,
    last: date | None = None,
    deal: Deal = Deal.KEEP,
) -> Made:
    """Make the schedule of an area's contacts, as somebody who may."""
    area = area_of(area_id)
    ask = Ask(PLAN, roles_for(PLAN), area.path, _purpose(scene), True)
    holding = can(scene.actor, ask).required()
    rows = Item.objects.filter(under(area.path), loop="contact", exercise=scene.actor.exercise)
    ids = rows.exclude(state=State.CLOSED).values_list("id", flat=True)
    made = schedule.make(
        sorted(ids), now=scene.now, first=first, last=last, deal=deal,
        exercise=scene.actor.exercise,
    )  # fmt: skip
    record(
        scene.actor, "plan", "follow_ups", area_id, holding=holding, purpose=scene.purpose,
        path=area.path, detail={"contacts": made.n_contacts, "made": made.n_made},
    )  # fmt: skip
    return made


def _purpose(scene: Scene) -> Purpose | None:
    return Purpose(scene.purpose) if scene.purpose else None
