"""Who are the people everybody meets in the demo, and which seats of the city do they hold?"""

from collections.abc import Sequence
from dataclasses import dataclass

from linli.demo.frame import Frame
from linli.demo.posts import Posts
from linli.demo.tables import table

HOME_ZH = "橡树里"  # Oak Lane, where Ann lives


@dataclass(frozen=True, slots=True)
class Member:
    """One of the cast: a name to sign in with, a role, and a sentence in two languages."""

    username: str
    role: str
    where: str
    zh: str
    en: str


@dataclass(frozen=True)
class Home:
    """The places of the cast, as row numbers of the areas."""

    compound: int
    community: int
    street: int
    district: int
    city: int
    grid: int
    next_grid: int
    elsewhere: int  # a community of another district


def members() -> tuple[Member, ...]:
    """The cast of the demo, in the order they are shown."""
    return tuple(Member(**row) for row in table("cast.csv"))


def home_of(frame: Frame) -> Home:
    """Oak Lane: the first compound of that name, or the first compound of all."""
    areas = frame.areas
    compounds = frame.rows("compound")
    named = compounds[areas.name_zh[compounds] == HOME_ZH]
    compound = int(named[0] if len(named) else compounds[0])
    community = int(areas.parent[compound])
    street = int(areas.parent[community])
    district = int(areas.parent[street])
    ours = frame.links.compound == compound
    grid = int(frame.links.grid[ours][frame.links.share[ours].argmax()])  # where requests go
    grids = frame.rows("grid")
    beside = [int(g) for g in grids[areas.parent[grids] == community] if g != grid]
    far = frame.rows("community")[frame.district_of != district]
    return Home(
        compound=compound,
        community=community,
        street=street,
        district=district,
        city=0,
        grid=grid,
        next_grid=(beside or [grid])[0],
        elsewhere=int(far[0]),
    )


def seats(cast: Sequence[Member], home: Home, posts: Posts) -> dict[int, Member]:
    """Which row of the staff each member of the cast is; residents have no seat."""
    found: dict[int, Member] = {}
    for member in cast:
        at = (posts.role == member.role) & (posts.area == getattr(home, member.where))
        free = [int(row) for row in posts.holder[at] if int(row) not in found]
        if member.role != "resident" and free:
            found[free[0]] = member
    return found
