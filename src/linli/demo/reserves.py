"""What does city W keep for its plans? Packs in its depots, some about to expire, and a reserve.

Packs of food are made up: so many for every household on record near a depot. A third of the depots
have some that expire within the week, so that a plan of a fortnight cannot count on them.
"""

from datetime import timedelta
from random import Random

from linli import clock
from linli.plans import reserve
from linli.plans.reserve import NewReserve
from linli.registry import roster
from linli.registry.accounts import Account
from linli.registry.areas import Area, under
from linli.registry.households import Household
from linli.registry.resources import Resource
from linli.registry.sites import Site, SiteKind

SOURCE = "made up"
PACKS_A_HOUSEHOLD = (2, 9)  # least and most, by depot; a fortnight takes nearly five
LASTS_DAYS, SOON_DAYS = 60, 6
EVERY_THIRD = 3
MASKS_FOR = "mass-screening"  # the plan that a district holds half of a street's masks back for


def see_to(*, seed: int, now: int) -> int:
    """Stock the depots and hold something back; returns how many rows of stock are new."""
    dice, today = Random(f"{seed}/reserves"), clock.day(clock.moment(now))
    made = 0
    depots = Site.objects.filter(kind=SiteKind.DEPOT).select_related("area").order_by("id")
    for n, depot in enumerate(depots):
        district = Area.objects.filter(id=depot.area.district_id or 0).first()
        homes = Household.objects.filter(under((district or depot.area).path)).count()
        if n % EVERY_THIRD == EVERY_THIRD - 1 or not homes:
            continue  # here nobody has said what there is
        quantity = homes * dice.randint(*PACKS_A_HOUSEHOLD)
        days = SOON_DAYS if n % EVERY_THIRD else LASTS_DAYS
        Resource.objects.create(
            what="household_pack", name_zh="居民生活物资包",
            name_en="Packs of food for a household",
            quantity=quantity, unit="pack", area=depot.area, path=depot.path,
            longitude=depot.longitude, latitude=depot.latitude,
            valid_until=today + timedelta(days=days), source=SOURCE, as_of=today,
        )  # fmt: skip
        made += 1
    _hold_masks(now)
    return made


def _hold_masks(now: int) -> None:
    """The district of the cast holds half of its largest lot of masks back for another plan."""
    fay = Account.objects.filter(username="fay").first()
    actor = roster.actor_of(fay, now, two_factor=True, exercise=True) if fay else None
    path = min((h.path for h in actor.holdings if h.path), default="") if actor else ""
    masks = (
        Resource.objects.filter(under(path), what="mask_box").order_by("-quantity", "id").first()
    )
    area = Area.objects.filter(path=path).first()
    if actor is None or masks is None or area is None or not path:
        return
    reason = "为三日全员排查预留。"
    new = NewReserve("resources", masks.id, masks.quantity // 2, MASKS_FOR, area.id, reason)
    reserve.hold(actor, new, now=now)
