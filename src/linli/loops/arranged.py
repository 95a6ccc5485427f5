"""Who begins a trip, ongoing care, an incident or a conversion, and where does it belong?"""

from collections.abc import Mapping
from typing import Any

from linli.errors import N_, BadInput, NotFound, Word
from linli.loops.advance import Moved, Opening, open_item
from linli.loops.for_person import About, open_about
from linli.loops.loop import Loop
from linli.loops.opening import check_form
from linli.loops.scene import Scene
from linli.policy.can import Actor
from linli.registry import sites
from linli.registry.areas import Area

VERBS = {"trip": "trips.ask", "ongoing_care": "ongoing_care.ask"}  # of what is about one person


def begin(
    actor: Actor, loop: Loop, item_class: str, given: Mapping[str, Any], *, purpose: str | None,
    now: int,
) -> Moved:  # fmt: skip
    """Open one where it belongs: at the person's home, the site, or the post of who reports it."""
    data = check_form(loop.asks, given)
    if item_class not in loop.classes:
        raise BadInput(
            N_("{given} is no class of it. Choose one of: {known}."),
            given=item_class or "-",
            known=tuple(loop.classes),
        )
    verb = VERBS.get(loop.name)
    if verb is not None:
        about = About(loop.name, item_class, data["person_id"], data)
        return open_about(actor, about, verb, purpose=purpose, now=now)
    opening = Opening(_where(actor, loop, data), item_class, data, opened_by=actor.id)
    return open_item(loop, opening, Scene(actor, now, purpose or ""))


def _where(actor: Actor, loop: Loop, data: Mapping[str, Any]) -> int:
    if "site_id" in data:
        return sites.get(data["site_id"]).area_id
    posts = [holding.path for holding in actor.holds(loop.opened_by)]
    if not posts:
        raise NotFound(what=Word(N_("area")), value="-")
    return Area.objects.get(path=min(posts, key=len)).id
