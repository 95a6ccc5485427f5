"""How does the emergency of the demo come about? Outbreak, response, rounds, transfers, gifts."""

from collections.abc import Callable
from dataclasses import dataclass, field

from linli.demo.alarms import Alarms
from linli.demo.cast import home_of
from linli.demo.city import City
from linli.demo.evening import Evening
from linli.demo.gifts import Gifts
from linli.demo.inflight import Places
from linli.demo.outbreak import Outbreak, outbreak_of
from linli.demo.response import Response
from linli.demo.staff import Staff
from linli.demo.sweep import Rounds
from linli.registry.areas import Area

Work = tuple[int, Callable[[int], None]]  # when, and what is done then


@dataclass
class Health:
    """What is done when, oldest first, and what came of it."""

    outbreak: Outbreak
    response: Response
    rounds: Rounds
    evening: Evening
    gifts: Gifts
    work: list[Work] = field(default_factory=list)


def health_of(city: City, places: Places, *, seed: int, start: int, until: int) -> Health:
    """The outbreak and the rounds of a built city, from the moment of the emergency on."""
    staff = Staff(until)
    outbreak = outbreak_of(city, places.areas, seed=seed, until=until)
    community = places.areas[home_of(city.frame).community]
    home = Area.objects.values_list("path", flat=True).get(id=community)
    response = Response(outbreak, staff, home=home, seed=seed, until=until)
    rounds = Rounds(staff, home, seed=seed, until=until)
    alarms = Alarms(staff, home, seed=seed, until=until)
    evening = Evening(staff, home=home, seed=seed, until=until)
    gifts = Gifts(staff, home=home, until=until)
    parts = (rounds, alarms, evening, gifts)
    work = [*response.timetable(start), *(one for part in parts for one in part.timetable())]
    return Health(
        outbreak, response, rounds, evening, gifts, sorted(work, key=lambda one: one[0])
    )  # fmt: skip
