"""The tracing desk: figures that open their lists; and a case with visits, map and candidates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from linli import clock
from linli.errors import N_, BadInput, Problem
from linli.loops import catalogue
from linli.loops import find as items
from linli.loops.advance import advance
from linli.loops.exposures import decide, figures, find, sources
from linli.loops.exposures.figures import Asked
from linli.loops.exposures.tables import Decision, Exposure
from linli.loops.scene import Scene
from linli.loops.standing import Standing
from linli.loops.visits import find as visits
from linli.loops.visits import intake
from linli.loops.visits.intake import NewVisit
from linli.loops.visits.tables import (
    VEHICLES,
    Air,
    Certainty,
    PlaceKind,
    Precision,
    Source,
    Visit,
)
from linli.onemap import shapes
from linli.policy.can import Actor
from linli.policy.fields import MASK, sees
from linli.policy.roles import TRACERS, Purpose
from linli.registry.areas import Area, Tier
from linli.registry.people import Filters
from linli.registry.people import listing as people_listing
from linli.registry.person import Person
from linli.registry.sites import Site
from linli.web.meetings import in_words
from linli.web.menu import Nav, Section
from linli.web.page import day_of, id_of, moment_of, typed, working
from linli.web.rows import rows_of

PURPOSE = Purpose.INVESTIGATION.value  # said on the page, and written down with every look
OPEN_SHOWN = 30
FOUND_SHOWN = 8
FACTORS_SHOWN = 4


@dataclass(frozen=True)
class Candidate:
    """Somebody who may have met the case, as this person may see them."""

    row: Exposure
    name: str
    place: Area | None
    ways: Sequence[Any]
    factors: Sequence[Any]
    decided_by: str

    @property
    def percent(self) -> int:
        """The score, of a hundred."""
        return round(self.row.score * 100)


def scene_of(request: HttpRequest) -> Scene:
    """Whoever traces acts now, for the purpose that the page names."""
    return Scene(working(request, TRACERS), clock.now_s(), PURPOSE)


@never_cache
def desk(request: HttpRequest) -> HttpResponse:
    """How tracing stands here, and what is still open."""
    scene = scene_of(request)
    told = figures.figures(scene.actor, Asked(scene.now), purpose=PURPOSE)
    open_ones = items.items(
        scene.actor,
        filters=items.Filters(loop="investigation", alive=True),
        purpose=PURPOSE,
        most=OPEN_SHOWN,
    ).rows
    context = {
        "figures": told,
        "rows": rows_of(open_ones, scene.actor, PURPOSE),
        "more": len(open_ones) == OPEN_SHOWN,
    }
    return render(request, "tracing/desk.html", context)


@never_cache
def listed(request: HttpRequest, name: str) -> HttpResponse:
    """The list behind a figure."""
    scene = scene_of(request)
    after = id_of(request.GET.get("after", ""))
    found = figures.rows_of(name, scene.actor, Asked(scene.now), purpose=PURPOSE, after=after)
    last = found[-1].id if len(found) == figures.LIST_LENGTH else None
    context = {
        "label": figures.LABELS[name],
        "name": name,
        "rows": rows_of(found, scene.actor, PURPOSE),
        "after": last,
    }
    return render(request, "tracing/listed.html", context)


@never_cache
def case(request: HttpRequest, source_id: int) -> HttpResponse:
    """A case, or a contact for its second ring: visits, their map, and the candidates beside."""
    return _case(request, source_id)


def _case(request: HttpRequest, source_id: int, problem: Problem | None = None) -> HttpResponse:
    scene = scene_of(request)
    source = find.source_of(source_id, scene)
    stays = visits.of_person(source.subject_id or 0, scene)
    candidates = _candidates(source, scene.actor)
    investigation = _investigation(source, scene)
    window = sources.infectious(source, scene.now)
    context = {
        "source": source,
        "loop": catalogue.get(source.loop),
        "stage": catalogue.get(source.loop).stage(source.stage).label,
        "person": _name(source.subject_id or 0, scene.actor),
        "window": (clock.moment(window.from_at), clock.moment(window.until_at)),
        "onset_on": window.onset_on,
        "visits": stays.rows,
        "points": _points(stays.rows),
        "open": [c for c in candidates if c.row.decision == Decision.OPEN],
        "decided": [c for c in candidates if c.row.decision != Decision.OPEN],
        "reasons": decide.REASONS.items(),
        "investigation": investigation,
        "kinds": PlaceKind.choices,
        "certainties": Certainty.choices,
        "sources": Source.choices,
        "airs": Air.choices,
        "found": _found(request, scene),
        "query": request.GET.get("who", ""),
        "today": clock.day(clock.moment(scene.now)),
        "values": typed(request) if problem else {},
        "problem": problem,
        "outlines": _outlines(),
    }
    status = problem.status if problem else 200
    return render(request, "tracing/case.html", context, status=status)


def _investigation(source: Standing, scene: Scene) -> Any:
    rows = items.items(
        scene.actor,
        filters=items.Filters(loop="investigation", parent_id=source.id),
        purpose=PURPOSE,
        most=1,
    ).rows
    return rows_of(rows, scene.actor, PURPOSE)[0] if rows else None


def _candidates(source: Standing, actor: Actor) -> list[Candidate]:
    from linli.registry.accounts import Account

    rows = list(Exposure.objects.filter(source_id=source.id).order_by("-score", "id"))
    people = Person.objects.in_bulk({row.person_id for row in rows})
    places = Area.objects.in_bulk({p.area_id for p in people.values()})
    deciders = Account.objects.in_bulk({row.decided_by for row in rows if row.decided_by})
    return [
        Candidate(
            row,
            shown(people.get(row.person_id), actor),
            places.get(people[row.person_id].area_id) if row.person_id in people else None,
            in_words(row.evidence),
            find.evidence_words(row.evidence)[:FACTORS_SHOWN],
            deciders[row.decided_by].display_name if row.decided_by in deciders else "",
        )
        for row in rows
    ]


def shown(person: Person | None, actor: Actor) -> str:
    """The name, if this person may see it where that resident is looked after."""
    if person is None:
        return MASK
    held = [h.role for h in actor.holds(TRACERS) if person.path.startswith(h.path)]
    return person.name if "name" in sees(held) else MASK


def _name(person_id: int, actor: Actor) -> str:
    return shown(Person.objects.filter(id=person_id).first(), actor)


def _found(request: HttpRequest, scene: Scene) -> list[dict[str, Any]]:
    """People whom the text may mean, to be named as contacts."""
    text = request.GET.get("who", "").strip()
    if not text:
        return []
    page = people_listing(
        scene.actor, purpose=PURPOSE, text=text, filters=Filters(), most=FOUND_SHOWN
    )
    return page.rows


def _points(rows: Sequence[Visit]) -> dict[str, Any]:
    """The visits that have a place on the map, as GeoJSON; numbered as in the table."""
    areas = Area.objects.in_bulk({row.area_id for row in rows if row.area_id})
    sites = Site.objects.in_bulk({row.site_id for row in rows if row.site_id})
    features = []
    for number, row in enumerate(rows, start=1):
        place = sites.get(row.site_id or 0) or areas.get(row.area_id or 0)
        if place is None or place.longitude is None or place.latitude is None:
            continue
        features.append(
            {
                "type": "Feature",
                "properties": {"number": str(number), "kind": row.place_kind},
                "geometry": {
                    "type": "Point",
                    "coordinates": [round(place.longitude, 5), round(place.latitude, 5)],
                },
            }
        )
    return {"type": "FeatureCollection", "features": features}


def _outlines() -> str:
    """Where the districts' outlines are, to lie below the visits."""
    city = Area.objects.filter(kind="city").order_by("path").first()
    if city is None:
        return ""
    sheet = shapes.sheet(city, Tier.DISTRICT)
    return reverse("map_shapes", args=[city.id, int(Tier.DISTRICT), sheet.mark])


def act(request: HttpRequest, source_id: int) -> HttpResponse:
    """Look, name somebody, write a visit down, or decide; each is one button of the page."""
    if request.method != "POST":
        return redirect("tracing_case", source_id=source_id)
    scene, post = scene_of(request), request.POST
    try:
        said = _ACTS.get(post.get("act", ""), _nothing)(source_id, post, scene)
    except Problem as problem:
        return _case(request, source_id, problem)
    messages.success(request, said)
    return redirect("tracing_case", source_id=source_id)


def _look(source_id: int, post: Any, scene: Scene) -> str:
    del post
    n = find.look(source_id, scene)
    return gettext("{n} people were found who were not known.").format(n=n)


def _named(source_id: int, post: Any, scene: Scene) -> str:
    person, last = id_of(post.get("person", "")), day_of(post.get("last_met_on", ""))
    if person is None:
        raise BadInput(N_("Choose the person from the list of those found."))
    relation = post.get("relation", "")
    find.name(source_id, person, relation=relation, last_met_on=last, scene=scene)
    return gettext("The person was named; decide on them now.")


def _visited(source_id: int, post: Any, scene: Scene) -> str:
    source = find.source_of(source_id, scene)
    start, end = moment_of(post.get("from_at", "")), moment_of(post.get("until_at", ""))
    if start is None:
        raise BadInput(N_("Say from when they were there."))
    kind, row = post.get("place_kind", ""), id_of(post.get("row", ""))
    seat = post.get("seat", "") if kind in VEHICLES else ""
    new = NewVisit(
        place_kind=kind,
        from_at=clock.seconds(start),
        until_at=clock.seconds(end or start),
        person_id=source.subject_id,
        name=post.get("name", ""),
        area_id=id_of(post.get("area", "")),
        carriage=id_of(post.get("carriage", "")) if kind in VEHICLES else None,
        row=row if kind in VEHICLES else None,
        seat=seat,
        air=post.get("air", ""),
        precision=Precision.MINUTE if end else Precision.HOUR,
        certainty=post.get("certainty", Certainty.LIKELY),
        source=post.get("source", Source.INTERVIEW),
        case_id=source_id,
    )
    done = intake.take_in([new], scene)
    if done.refused:
        raise done.refused[0].problem
    return gettext("The visit was written down.")


def _accepted(source_id: int, post: Any, scene: Scene) -> str:
    ids = [n for n in map(id_of, post.getlist("exposure")) if n is not None]
    if not ids:
        raise BadInput(N_("Choose at least one person."))
    done = decide.accept(ids, scene)
    return gettext("{opened} new contacts; {linked} were contacts or cases already.").format(
        opened=len(done.opened), linked=len(done.linked)
    )


def _dismissed(source_id: int, post: Any, scene: Scene) -> str:
    ids = [n for n in map(id_of, post.getlist("exposure")) if n is not None]
    if not ids:
        raise BadInput(N_("Choose at least one person."))
    done = decide.dismiss(ids, scene, reason=post.get("reason", ""))
    return gettext("{n} are no contacts.").format(n=done.dismissed)


def _stepped(source_id: int, post: Any, scene: Scene) -> str:
    """Begin or finish the investigation."""
    name = "finish" if post.get("step") == "finish" else "begin"
    investigation = _investigation(find.source_of(source_id, scene), scene)
    if investigation is None:
        raise BadInput(N_("There is no investigation of this case."))
    advance(investigation.item.id, name, scene)
    return gettext("The investigation moved on.")


def _nothing(source_id: int, post: Any, scene: Scene) -> str:
    raise BadInput(N_("Nothing was asked for. Use one of the buttons."))


_ACTS = {
    "look": _look,
    "name": _named,
    "visit": _visited,
    "accept": _accepted,
    "dismiss": _dismissed,
    "step": _stepped,
}


NAV = Nav(N_("Tracing"), "tracing", TRACERS, 16, Section.PEOPLE)
URLS = [
    path("tracing", desk, name="tracing"),
    path("tracing/lists/<slug:name>", listed, name="tracing_list"),
    path("tracing/<int:source_id>", case, name="tracing_case"),
    path("tracing/<int:source_id>/act", act, name="tracing_act"),
]
