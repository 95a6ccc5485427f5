"""A hospital with wards, people who need beds, a bus and its crew: what transfer tests need."""

from datetime import date
from typing import Any

from linli import clock
from linli.loops.advance import Moved, advance
from linli.loops.ledger import Item
from linli.loops.transfers.ask import NewTransfer, ask
from linli.loops.transfers.forms import TransferAsk
from linli.policy.roles import Role
from linli.registry import roster, wards
from linli.registry.accounts import Account
from linli.registry.person import Person
from linli.registry.sites import Site
from linli.registry.vehicles import Vehicle
from linli.registry.wards import Counted, NewWard, Ward
from tests.cast import EVENING, HOUR, City

DAY = date(2020, 2, 1)
SAID = {"source": "made up", "as_of": DAY}


class Bedside:
    """The small city with one designated hospital in Elm Street, where Hal receives."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.now = EVENING
        self.hospital = self.site("榆树医院")
        self.driver = self.appoint("dov", Role.DRIVER, "elm")
        self.escorts = [self.appoint(f"escort{n}", Role.COMMUNITY_DESK, "pine") for n in range(2)]
        self.bus = self.vehicle("bus", n_seats=40)

    def site(self, name: str, *, stage: str = "open", area: str = "elm", **more: Any) -> Site:
        """A designated hospital."""
        place = self.city.areas[area]
        return Site.objects.create(
            kind=more.pop("kind", "designated_hospital"), name_zh=name, area=place,
            path=place.path, stage=stage, longitude=114.30, latitude=30.60, **more, **SAID,
        )  # fmt: skip

    def ward(
        self,
        name: str = "一病区",
        *,
        n_beds: int = 10,
        category: str = "confirmed",
        severity: str = "critical",
        site: Site | None = None,
        **more: Any,
    ) -> Ward:
        """A ward of the hospital; Gil, who commands the city, enters it."""
        new = NewWard(name, category, severity, **more)
        counted = Counted(n_beds, source="made up")
        where = (site or self.hospital).id
        return wards.add(self.city.actor("gil"), where, new, counted, now=self.now)

    def vehicle(self, kind: str, *, n_seats: int, n_wheelchairs: int = 0) -> Vehicle:
        """A vehicle of Elm Street."""
        elm = self.city.areas["elm"]
        n = Vehicle.objects.count()
        return Vehicle.objects.create(
            kind=kind, plate=f"W-{n}", n_seats=n_seats, n_wheelchairs=n_wheelchairs, area=elm,
            path=elm.path, **SAID,
        )  # fmt: skip

    def appoint(self, name: str, role: Role, area: str) -> Account:
        """Somebody in a post."""
        account = Account.objects.create_user(name, display_name=name.title(), language="en")
        place = self.city.areas[area]
        post = roster.Post.objects.create(role=role, area=place, path=place.path, title=name)
        roster.appoint(post, account, starts_at=clock.moment(EVENING - HOUR))
        self.city.accounts[name] = account
        return account

    def person(self, area: str = "oak1", **more: Any) -> Person:
        """Somebody who lives there."""
        place = self.city.areas[area]
        n = Person.objects.count()
        return Person.objects.create(
            code=f"B-{n}", name=f"病人{n}", area=place, path=place.path, changed_at=EVENING,
            **more, **SAID,
        )  # fmt: skip

    def waiting(
        self, severity: str = "ordinary", category: str = "confirmed", *, area: str = "oak1",
        who: Person | None = None, by: str = "dee", **more: Any,
    ) -> int:  # fmt: skip
        """Somebody who needs a bed; the number of their transfer."""
        person = who or self.person(area)
        form = TransferAsk(person_id=person.id, category=category, **more)
        new = NewTransfer(severity, form)
        return ask(self.city.actor(by), new, purpose="service", now=self.now).item_id

    def at(self, name: str) -> Any:
        """Somebody acting now; Hal cares, the others serve."""
        return self.city.scene(name, self.now, "care" if name == "hal" else "service")

    def take(self, item_id: int, step: str, by: str, **data: Any) -> Moved:
        """One step."""
        return advance(item_id, step, self.at(by), data=data)

    def held(self, ward: Ward, severity: str = "ordinary", **more: Any) -> int:
        """Somebody for whom a bed is held."""
        transfer = self.waiting(severity, ward.category, **more)
        self.take(transfer, "find_place", more.get("by", "dee"), ward_id=ward.id)
        return transfer

    def confirmed(self, ward: Ward, severity: str = "ordinary", **more: Any) -> int:
        """Somebody whose bed is confirmed, and whose family knows."""
        return self.make_ready(self.held(ward, severity, **more))

    def make_ready(self, transfer: int) -> int:
        """The ward confirms, and the family is told."""
        self.take(self.stay(transfer), "confirm", "hal")
        self.take(transfer, "tell_family", "dee", how="phone")
        return transfer

    def stay(self, transfer: int) -> int:
        """The newest stay of a transfer."""
        rows = Item.objects.filter(parent_id=transfer, loop="stay").order_by("-id")
        return rows.values_list("id", flat=True)[0]

    def run(self, *transfers: int, **crew: Any) -> int:
        """A run with bus, driver and escorts on which these people go."""
        from linli.loops import catalogue
        from linli.loops.advance import Opening, open_item

        data = {
            "vehicle_id": self.bus.id,
            "driver_id": self.driver.id,
            "escort_ids": [account.id for account in self.escorts],
            **crew,
        }
        opening = Opening(self.city.areas["elm"].id, "none", data, opened_by=None)
        run = open_item(catalogue.get("run"), opening, self.at("dee")).item_id
        if transfers:
            self.take(run, "load", "dee", transfer_ids=list(transfers))
        return run

    def looked_at(self, run: int, *, level: int = 3) -> int:
        """Vehicle, crew and road were looked at and are fine."""
        seen = {"driver_level": level, "crew_level": level, "partition": True, "life_support": True}
        self.take(run, "equip", "dee", **seen)
        self.take(run, "check_route", "dee", open=True, minutes=25)
        return run

    def departed(self, *transfers: int) -> int:
        """A run on the road."""
        run = self.looked_at(self.run(*transfers))
        self.take(run, "depart", "dee")
        return run

    def in_bed(self, ward: Ward, severity: str = "ordinary", transfer: int = 0, **more: Any) -> int:
        """Somebody who was brought and admitted; the number of their stay."""
        if transfer:
            self.take(transfer, "find_place", "dee", ward_id=ward.id)
            self.make_ready(transfer)
        transfer = transfer or self.confirmed(ward, severity, **more)
        run = self.departed(transfer)
        stay = self.stay(transfer)
        self.take(stay, "arrive", "hal", condition="stable")
        self.take(stay, "admit", "hal", record_came=True)
        self.take(run, "hand_over", "dov")
        self.take(run, "disinfect", "dov", agent="chlorine", minutes=60)
        return stay

    def stage(self, item_id: int) -> str:
        """Where an item stands."""
        return Item.objects.values_list("stage", flat=True).get(id=item_id)
