"""What stands in the menu of this person? What their roles may open, in one order for all."""

from dataclasses import dataclass

from django.urls import reverse

from linli.policy.can import Actor
from linli.policy.roles import Role
from linli.web import pages


@dataclass(frozen=True)
class Nav:
    """One entry of the menu: its words, the name of its address, and who finds it there.

    A module of pages says ``NAV = Nav(...)`` or a tuple of them. ``order`` sorts the menu.
    """

    label: str
    url: str
    roles: frozenset[Role]
    order: int = 500


@dataclass(frozen=True)
class Entry:
    """An entry as one person sees it on one page; ``current`` says where they are."""

    label: str
    address: str
    current: str = ""


def entries_for(actor: Actor, path: str) -> list[Entry]:
    """The entries that lead somewhere for this actor, seen from the page at ``path``."""
    found: list[Nav] = []
    for module in pages.modules():
        nav = getattr(module, "NAV", ())
        found += [nav] if isinstance(nav, Nav) else list(nav)
    mine = sorted((n for n in found if actor.holds(n.roles)), key=lambda n: (n.order, n.label))
    entries = []
    for nav in mine:
        address = reverse(nav.url)
        here = "page" if path == address else "true" if path.startswith(f"{address}/") else ""
        entries.append(Entry(nav.label, address, here))
    return entries
