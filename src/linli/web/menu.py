"""What stands in the menu of this person? What their roles may open, in one order for all."""

from dataclasses import dataclass
from enum import Enum

from django.urls import reverse

from linli.errors import N_
from linli.policy.can import Actor
from linli.policy.roles import Role
from linli.web import pages


class Section(Enum):
    """The parts of the menu, in the order they stand there."""

    TODAY = N_("Today")
    PEOPLE = N_("People and cases")
    MOVES = N_("Beds and transfers")
    PICTURE = N_("The whole picture")
    STUDIES = N_("Studies")
    HOUSE = N_("The house")


@dataclass(frozen=True)
class Nav:
    """One entry of the menu: its words, the name of its address, and who finds it there.

    A module of pages says ``NAV = Nav(...)`` or a tuple of them. ``order`` sorts a section.
    """

    label: str
    url: str
    roles: frozenset[Role]
    order: int
    section: Section


@dataclass(frozen=True)
class Entry:
    """An entry as one person sees it on one page; ``current`` says where they are."""

    label: str
    address: str
    current: str = ""


@dataclass(frozen=True)
class Part:
    """A section as one person sees it; without a label when all fits into one row."""

    label: str
    entries: tuple[Entry, ...]
    opened: bool


ROW = 9  # entries that a person can look over in one row


def parts_for(actor: Actor, path: str) -> list[Part]:
    """What leads somewhere for this actor, in its sections, seen from the page at ``path``.

    Few entries stand in one row without sections. Otherwise the section of the page is open, or
    the first where the page is in none.
    """
    mine = _mine(actor)
    if not mine:
        return []
    here = _here(mine, path)
    if len(mine) <= ROW:
        entries = sorted(mine, key=lambda nav: (nav.order, nav.label))
        return [Part("", tuple(_entry(nav, path, here) for nav in entries), opened=True)]
    sections: dict[Section, list[Entry]] = {}
    for section in Section:
        navs = [nav for nav in mine if nav.section is section]
        if navs:
            navs.sort(key=lambda nav: (nav.order, nav.label))
            sections[section] = [_entry(nav, path, here) for nav in navs]
    within = (s for s, found in sections.items() if any(e.current for e in found))
    opened = next(within, next(iter(sections)))
    return [Part(s.value, tuple(found), opened=s is opened) for s, found in sections.items()]


def entries_for(actor: Actor, path: str) -> list[Entry]:
    """Every entry of this actor's menu, section after section."""
    return [entry for part in parts_for(actor, path) for entry in part.entries]


def _mine(actor: Actor) -> list[Nav]:
    found: list[Nav] = []
    for module in pages.modules():
        nav = getattr(module, "NAV", ())
        found += [nav] if isinstance(nav, Nav) else list(nav)
    return [nav for nav in found if actor.holds(nav.roles)]


def _here(mine: list[Nav], path: str) -> str:
    """The longest address of the menu at which the page stands, or below which it does."""
    addresses = [reverse(nav.url) for nav in mine]
    return max((a for a in addresses if f"{path}/".startswith(f"{a}/")), key=len, default="")


def _entry(nav: Nav, path: str, here: str) -> Entry:
    address = reverse(nav.url)
    current = "" if address != here else "page" if path == address else "true"
    return Entry(nav.label, address, current)
