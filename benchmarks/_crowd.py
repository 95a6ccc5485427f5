"""A made-up city for benchmarks: areas in the fixture's numbers, and any number of residents."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

from pypinyin import lazy_pinyin

from linli import bulk
from linli.policy.can import Actor, Holding
from linli.policy.roles import Role
from linli.registry import area_load, households, people
from linli.registry.area_load import AreaColumns
from linli.registry.areas import Area
from linli.registry.households import Household
from linli.registry.person import Person

DISTRICTS, STREETS, COMMUNITIES, GRIDS = 13, 178, 1406, 13_800
MEAN_HOUSEHOLD = 2.47
TODAY = date(2020, 2, 9)
CHANGED = 1_581_242_400
NAMED_EVERY = 997  # people between two whose whole names are looked for
# The commonest surnames with their share of all people, in percent; the tail shares the rest.
SURNAMES = dict(zip(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗",
    (7.2, 7.0, 6.8, 5.4, 4.5, 3.1, 2.3, 2.2, 2.1, 2.0, 1.7, 1.5, 1.3, 1.3, 1.2, 1.1, 1.1, 1.1,
     1.0, 0.9),
    strict=True,
))  # fmt: skip
TAIL = "梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"  # noqa: E501
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国文志永春海燕梅琳鑫宇浩欣怡佳雪婷俊峰晓东小龙凤云莲真环荣爱妹香月莺媛瑞凡嘉琼勤珍贞莉倩影家毅斌鹏飞博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆民友裕河哲江亮政谦亨奇固之轮翰朗伯宏言若鸣朋梁栋维启克伦翔旭泽晨辰士以致树炎德行时泰盛雄琛钧冠策腾榕风航弘"  # noqa: E501


@dataclass
class Crowd:
    """Where the made-up people live."""

    city: str
    grids: list[tuple[int, str]]  # id and path
    person_ids: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def grid_worker(self, n: int = 0) -> Actor:
        """Somebody who knows one grid."""
        return Actor(100 + n, (Holding(Role.GRID_WORKER, self.grids[n * 37][1]),))

    def viewers(self) -> dict[str, Actor]:
        """One of each width of sight, from a grid to the city."""
        grid = self.grids[37][1]
        return {
            "grid worker": self.grid_worker(),
            "secretary": Actor(4, (Holding(Role.SECRETARY, grid[:16]),)),
            "street duty": Actor(5, (Holding(Role.STREET_DUTY, grid[:12]),)),
            "district commander": Actor(6, (Holding(Role.DISTRICT_COMMAND, grid[:8]),)),
            "city commander": self.city_commander(),
        }

    def city_commander(self) -> Actor:
        """Somebody who sees the whole city."""
        return Actor(7, (Holding(Role.CITY_COMMAND, self.city),))


def build(n_people: int, *, seed: int = 7) -> Crowd:
    """Lay out the city and let people move in."""
    crowd = lay_out()
    dice = random.Random(seed)
    n_homes = int(n_people / MEAN_HOUSEHOLD)
    homes = list(bulk.next_ids(Household, n_homes))
    at = [crowd.grids[n * len(crowd.grids) // n_homes] for n in range(n_homes)]
    with bulk.indexes_aside(Household, Person):
        households.load(
            (home, f"B{home}", grid, path, grid, None, n % 30, str(n % 30 * 100 + 1), "", "",
             "made up", TODAY, CHANGED)
            for n, (home, (grid, path)) in enumerate(zip(homes, at, strict=True))
        )  # fmt: skip
        ids = list(bulk.next_ids(Person, n_people))
        crowd.person_ids = ids
        people.load(_residents(crowd, dice, ids, homes, at), findable=False)
    people.make_findable()
    return crowd


def standing() -> Crowd | None:
    """The crowd that an earlier run left in the database, if there is one."""
    city = Area.objects.filter(parent=None).values_list("path", flat=True).first()
    ids = list(Person.objects.order_by("id").values_list("id", flat=True)) if city else []
    if city is None or not ids:
        return None
    grids = list(Area.objects.filter(kind="grid").order_by("id").values_list("id", "path"))
    some = Person.objects.filter(id__in=ids[::NAMED_EVERY][:500]).order_by("id")
    return Crowd(city, grids, ids, list(some.values_list("name", flat=True)))


def lay_out() -> Crowd:
    """City, districts, streets, communities and grids, each level spread evenly."""
    counts = (1, DISTRICTS, STREETS, COMMUNITIES, GRIDS)
    kinds = ("city", "district", "street", "community", "grid")
    parents, kind, start = [-1], ["city"], 0
    for level in range(1, len(counts)):
        above, n = counts[level - 1], counts[level]
        parents += [start + i * above // n for i in range(n)]
        kind += [kinds[level]] * n
        start += above
    names = [f"{k}{i}" for i, k in enumerate(kind)]
    blank = [""] * len(kind)
    nowhere = [None] * len(kind)
    loaded = area_load.load(AreaColumns(kind, names, blank, blank, parents, nowhere, nowhere))
    grids = [(i, p) for i, p, k in zip(loaded.ids, loaded.paths, kind, strict=True) if k == "grid"]
    return Crowd(loaded.paths[0], grids)


def made_up_name(dice: random.Random) -> str:
    """A surname by its share, and one or two given characters."""
    surname = dice.choices([*SURNAMES, "*"], [*SURNAMES.values(), 100 - sum(SURNAMES.values())])[0]
    family = dice.choice(TAIL) if surname == "*" else surname
    return family + "".join(dice.choices(GIVEN, k=1 if dice.random() < 0.15 else 2))


def pinyin(name: str) -> str:
    """The reading of a made-up name, character by character."""
    return " ".join(_syllable(character) for character in name)


@cache
def _syllable(character: str) -> str:
    return lazy_pinyin(character)[0]


def _residents(
    crowd: Crowd, dice: random.Random, ids: list[int], homes: list[int], at: list[tuple[int, str]]
) -> Iterator[tuple[Any, ...]]:
    for n, person in enumerate(ids):
        home = n * len(homes) // len(ids)
        grid, path = at[home]
        name = made_up_name(dice)
        if n % NAMED_EVERY == 0:
            crowd.names.append(name)
        needs = ["dialysis"] if n % 1500 == 0 else ["lone_elder"] if n % 60 == 0 else []
        yield (
            person, f"C{person}", name, pinyin(name), "fm"[n % 2],
            TODAY - timedelta(days=dice.randrange(32_000)), f"139{person:08d}",
            f"ID{person:012d}", homes[home], "", False, needs, grid, path, None, "made up", TODAY,
            CHANGED,
        )  # fmt: skip


def grid_rows() -> int:
    """How many grids there are, for who spreads other rows over them."""
    return Area.objects.filter(kind="grid").count()
