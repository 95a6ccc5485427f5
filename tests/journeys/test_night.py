"""The night of 9 February through the loop (S31): as staffed then nobody leaves; with staff, all.

One district, 494 confirmed patients from many pick-up points, three hospitals. As one street was
staffed, 45 severe patients with two escorts and a bus, every departure is refused with all that is
missing. With the beds confirmed, the crews named and the families told, everybody is brought to a
bed that was held for them, and signed for by name.
"""

from collections import Counter
from dataclasses import dataclass, field

import pytest

from linli.errors import GateShut
from linli.loops.advance import advance_many
from linli.loops.beds.tables import Bed
from linli.loops.ledger import Event, Item
from linli.loops.runs.account import account
from linli.registry.wards import Ward
from tests.bedside import Bedside
from tests.cast import City

pytestmark = pytest.mark.db

NIGHT = 494  # patients moved by 24:00, by the published report
ONE_STREET = 45  # severe patients of one street, with two staff, one lead car and one bus
SHARES = (("severe", 0.1), ("ordinary", 0.5), ("mild", 0.4))  # assumed
SEATS = 40
SEVERE_A_RUN, OTHERS_A_RUN = 4, 36  # so that crew and passengers have a seat


@dataclass
class Night:
    """The district of that night: who is to be moved, and where to."""

    bedside: Bedside
    transfers: list[int] = field(default_factory=list)
    runs: list[int] = field(default_factory=list)

    def fill(self, n: int) -> None:
        """Three hospitals with beds enough, and everybody waits."""
        hospitals = [self.bedside.hospital, *(self.bedside.site(f"医院{i}") for i in (2, 3))]
        for hospital in hospitals:
            self.bedside.ward("一", n_beds=n // 3 + 1, site=hospital)
        for severity, share in SHARES:
            for _ in range(round(n * share)):
                self.transfers.append(self.bedside.waiting(severity))
        while len(self.transfers) < n:
            self.transfers.append(self.bedside.waiting("ordinary"))

    def hold(self) -> None:
        """A bed for each, ward by ward."""
        wards = list(Ward.objects.order_by("id"))
        for n, transfer in enumerate(self.transfers):
            self.bedside.take(transfer, "find_place", "dee", ward_id=wards[n % 3].id)

    def prepare(self) -> None:
        """The wards confirm, and the families are told."""
        stays = Item.objects.filter(loop="stay", stage="held").values_list("id", flat=True)
        _, refused = advance_many(list(stays), "confirm", self.bedside.at("hal"), data={})
        told = {"how": "phone"}
        _, more = advance_many(self.transfers, "tell_family", self.bedside.at("dee"), data=told)
        assert not refused
        assert not more

    def load(self) -> None:
        """Runs of one ward and few or many, each with its own vehicle and crew."""
        groups: dict[tuple[int, bool], list[Item]] = {}
        for item in Item.objects.filter(loop="transfer", stage="placed").order_by("id"):
            key = (item.data["site_id"], item.item_class == "severe")
            groups.setdefault(key, []).append(item)
        for (_, severe), items in sorted(groups.items()):
            size = SEVERE_A_RUN if severe else OTHERS_A_RUN
            for at in range(0, len(items), size):
                self._run([item.id for item in items[at : at + size]])

    def _run(self, ids: list[int]) -> None:
        n = len(self.runs)
        bus = self.bedside.vehicle("bus", n_seats=SEATS)
        driver = self.bedside.appoint(f"driver{n}", "driver", "elm")
        crew = [self.bedside.appoint(f"crew{n}-{k}", "grid_worker", "oak1") for k in range(2)]
        named = {"vehicle_id": bus.id, "driver_id": driver.id, "escort_ids": [c.id for c in crew]}
        run = self.bedside.looked_at(self.bedside.run(*ids, **named))
        self.runs.append(run)

    def drive(self) -> None:
        """Every run leaves, and the ward signs for each who arrives."""
        for run in self.runs:
            self.bedside.take(run, "depart", "dee")
        hal = self.bedside.at("hal")
        for step, stage, data in (
            ("arrive", "coming", {"condition": "stable"}),
            ("admit", "arrived", {"record_came": True}),
        ):
            stays = Item.objects.filter(loop="stay", stage=stage).values_list("id", flat=True)
            _, refused = advance_many(list(stays), step, hal, data=data)
            assert not refused
        for run in self.runs:
            self.bedside.take(run, "hand_over", "dee")


def as_staffed_then(night: Night) -> set[str]:
    """The gates that were shut for one street: two staff, one bus, a sealed road, no ward told."""
    street = Item.objects.filter(loop="transfer", stage="placed", item_class="severe")
    ids = list(street.order_by("id").values_list("id", flat=True)[:ONE_STREET])
    run = night.bedside.run(*ids)
    night.bedside.take(run, "check_route", "dee", open=False, minutes=40)
    with pytest.raises(GateShut) as refusal:
        night.bedside.take(run, "depart", "dee")
    night.bedside.take(run, "cancel", "dee")
    return {unmet.gate for unmet in refusal.value.values["unmet"]}


@pytest.mark.parametrize(
    "n", [60, pytest.param(NIGHT, marks=[pytest.mark.slow, pytest.mark.search])]
)
def test_as_staffed_then_nobody_leaves_and_with_staff_everybody_is_in_a_held_bed(
    city: City, n: int
) -> None:
    night = Night(Bedside(city))
    night.fill(n)
    night.hold()

    shut = as_staffed_then(night)
    assert {"escort", "protection", "vehicle", "route", "bed", "receiver", "family"} <= shut
    assert "destination" in shut
    assert not Event.objects.filter(step="depart").exists()

    night.prepare()
    night.load()
    night.drive()

    moved = Item.objects.filter(loop="transfer", stage="admitted")
    assert moved.count() == n
    in_bed = Bed.objects.filter(state="occupied")
    assert in_bed.count() == len(set(in_bed.values_list("person_id", flat=True))) == n
    assert max(Counter(in_bed.values_list("ward_id", "number")).values()) == 1
    assert all(
        sorted(account(run).arrived) == sorted(Item.objects.get(id=run).data["sent"])
        for run in night.runs
    )
    signed = Event.objects.filter(step="arrive", role="clinician")
    assert set(signed.values_list("actor_id", flat=True)) == {city.accounts["hal"].id}
    assert signed.count() == n
