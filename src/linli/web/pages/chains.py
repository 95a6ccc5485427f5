"""The chain around a person: a picture without names, and the same as a table."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from linli.loops.exposures import chain_picture, chains
from linli.loops.exposures.chain_picture import CLASSES
from linli.loops.exposures.chains import MOST_DEPTH, Node
from linli.policy.fields import MASK
from linli.registry.person import Person
from linli.registry.signed_in import actor_of, attached
from linli.web import meetings
from linli.web.page import id_of
from linli.web.pages.tracing import scene_of, shown

DEPTH = 4


@dataclass(frozen=True)
class Line:
    """One person of the picture, by its number."""

    number: int
    node: Node
    name: str
    word: str
    sources: str


@never_cache
def show(request: HttpRequest, person_id: int) -> HttpResponse:
    """The picture, and who is which number, as far as this person may know."""
    scene = scene_of(request)
    chain = chains.around(person_id, scene, depth=_depth(request))
    drawn = chain_picture.draw(chain, gettext)
    people = Person.objects.in_bulk(chain.nodes)
    lines = [
        Line(
            drawn.numbers[person],
            node,
            shown(people.get(person), scene.actor) if person in people else MASK,
            CLASSES.get(node.what, CLASSES["unknown"])[1],
            ", ".join(
                str(n) for n in sorted(
                    drawn.numbers[link.source] for link in chain.links if link.target == person
                )
            ),
        )
        for person, node in chain.nodes.items()
    ]  # fmt: skip
    offspring = chains.offspring(chain)
    context = {
        "person_id": chain.start,
        "svg": mark_safe(drawn.svg),  # noqa: S308 - written by us, from numbers and catalogue words
        "lines": sorted(lines, key=lambda line: line.number),
        "chain": chain,
        "offspring": [(n, offspring.count(n)) for n in sorted(set(offspring))],
        "places": [(meetings.where(place), n) for place, n in chains.meeting_places(chain)],
        "depth": _depth(request),
        "deeper": min(_depth(request) + 2, MOST_DEPTH),
    }
    return render(request, "chains/chain.html", context)


@dataclass(frozen=True)
class Near:
    """Somebody linked to a person: who they are and what they are, with the way of the link."""

    node: Node
    name: str
    word: str


@never_cache
def near(request: HttpRequest, person_id: int) -> HttpResponse:
    """Whom one person of a chain is linked to: a piece of the page, opened person by person."""
    scene = scene_of(request)
    chain = chains.around(person_id, scene, depth=1)
    people = Person.objects.in_bulk(chain.nodes)

    def told(ids: set[int]) -> list[Near]:
        found = [chain.nodes[i] for i in sorted(ids)]
        names = [shown(people.get(n.person_id), scene.actor) for n in found]
        words = [CLASSES.get(n.what, CLASSES["unknown"])[1] for n in found]
        return [Near(*row) for row in zip(found, names, words, strict=True)]

    context = {
        "person_id": chain.start,
        "sources": told({li.source for li in chain.links if li.target == chain.start}),
        "targets": told({li.target for li in chain.links if li.source == chain.start}),
        "n_beyond": chain.nodes[chain.start].n_beyond,
    }
    return render(request, "chains/_near.html", context)


@never_cache
def picture(request: HttpRequest, person_id: int) -> HttpResponse:
    """The picture alone, to be shown elsewhere: numbers, no names, no ids."""
    chain = chains.around(person_id, scene_of(request), depth=_depth(request))
    answer = HttpResponse(chain_picture.draw(chain, gettext).svg, content_type="image/svg+xml")
    answer["Content-Disposition"] = attached(actor_of(request), "chain.svg")
    return answer


def _depth(request: HttpRequest) -> int:
    return max(1, min(id_of(request.GET.get("depth", "")) or DEPTH, MOST_DEPTH))


URLS = [
    path("chains/<int:person_id>", show, name="chain"),
    path("chains/<int:person_id>/near", near, name="chain_near"),
    path("chains/<int:person_id>/picture", picture, name="chain_picture"),
]
