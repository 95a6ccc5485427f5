"""The same cast everywhere: a small city, its people, and Eve, who has no business here."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from linli import clock
from linli.loops.scene import Scene
from linli.loops.shipped import ship_limits
from linli.policy.can import Actor
from linli.policy.roles import Role
from linli.registry import area_tree, roster
from linli.registry.accounts import Account
from linli.registry.area_tree import NewArea
from linli.registry.areas import Area
from linli.registry.duties import Duty, RequestType

EVENING = int(datetime(2020, 2, 9, 10, 0, tzinfo=UTC).timestamp())  # 18:00 in the city
HOUR = 3600


@dataclass
class City:
    """A small city: Oak Lane in Elm Street in East; Ash Road, in West, is where Eve works."""

    areas: dict[str, Area]
    accounts: dict[str, Account]

    def actor(self, name: str, at: int = EVENING) -> Actor:
        """What somebody of the cast is at a moment."""
        return roster.actor_of(self.accounts[name], at, two_factor=True)

    def scene(self, name: str, at: int = EVENING, purpose: str = "service") -> Scene:
        """Somebody of the cast acting at a moment."""
        return Scene(self.actor(name, at), at, purpose)


TREE = [
    ("w", "city", None, "W市"),
    ("east", "district", "w", "东区"),
    ("west", "district", "w", "西区"),
    ("elm", "street", "east", "榆树街道"),
    ("fir", "street", "west", "杉树街道"),
    ("oak", "community", "elm", "橡树里社区"),
    ("pine", "community", "elm", "松树里社区"),
    ("ash", "community", "fir", "白蜡路社区"),
    ("oak1", "grid", "oak", "橡树里第一网格"),
    ("oak2", "grid", "oak", "橡树里第二网格"),
    ("ash1", "grid", "ash", "白蜡路第一网格"),
    ("court", "compound", "oak", "橡树院"),
    ("house1", "building", "court", "1栋"),
]
POSTS = [  # name, role, area, first responsible
    ("cy", Role.GRID_WORKER, "oak1", False),
    ("cleo", Role.GRID_WORKER, "oak1", False),
    ("bo", Role.COMMUNITY_DESK, "oak", False),
    ("sam", Role.SECRETARY, "oak", True),
    ("dee", Role.STREET_DUTY, "elm", True),
    ("fay", Role.DISTRICT_COMMAND, "east", True),
    ("gil", Role.CITY_COMMAND, "w", True),
    ("ida", Role.DATA_OFFICE, "w", False),
    ("jo", Role.ANALYST, "w", False),
    ("kim", Role.AUDITOR, "w", False),
    ("lou", Role.ADMINISTRATOR, "w", False),
    ("pat", Role.PARTNER, "oak", False),
    ("hal", Role.CLINICIAN, "elm", False),
    ("tao", Role.TRACER, "east", False),
    ("lil", Role.LABORATORY, "w", False),
    ("gus", Role.GATE_KEEPER, "oak", False),
    ("quin", Role.COURIER, "oak", False),
    ("eve", Role.SECRETARY, "ash", True),
]
TYPES = {"noise": "normal", "water": "utility", "breath": "urgent"}  # of requests, their class


def build_with_limits() -> City:
    """Put the shipped limits in force and make the small city's rows."""
    ship_limits()
    return build_city()


def build_city() -> City:
    """Make the small city's rows."""
    made = area_tree.add_many(
        NewArea(kind=kind, name_zh=zh, parent=parent, key=key, name_en=key.title())
        for key, kind, parent, zh in TREE
    )
    areas = {row[0]: area for row, area in zip(TREE, made, strict=True)}
    Duty.objects.bulk_create(
        Duty(
            code=f"d-{code}",
            topic=code,
            name_zh=code,
            name_en=code,
            tier=0,
            lead_role=Role.GRID_WORKER,
            valid_from=date(2019, 1, 1),
        )
        for code in TYPES
    )
    RequestType.objects.bulk_create(
        RequestType(
            code=code,
            name_zh=code,
            name_en=code,
            item_class=item_class,
            duty_code=f"d-{code}",
        )
        for code, item_class in TYPES.items()
    )
    return City(areas, _accounts(areas))


def _accounts(areas: dict[str, Area]) -> dict[str, Account]:
    """Who has an account, each at the post they hold; a few statements, since every test pays."""
    names = ["ann", *(row[0] for row in POSTS)]
    made = [Account(username=n, display_name=n.title(), language="en") for n in names]
    for account in made:
        account.set_unusable_password()
    accounts = dict(zip(names, Account.objects.bulk_create(made), strict=True))
    posts = roster.Post.objects.bulk_create(
        roster.Post(
            role=role, area=areas[area], path=areas[area].path, first_responsible=first, title=role
        )
        for _, role, area, first in POSTS
    )
    start = clock.moment(EVENING - 30 * 24 * HOUR)
    roster.Assignment.objects.bulk_create(
        roster.Assignment(post=post, account=accounts[row[0]], starts_at=start)
        for row, post in zip(POSTS, posts, strict=True)
    )
    return accounts
