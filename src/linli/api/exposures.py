"""Who may have met a case, and who decides? Candidates, decisions, chains and figures."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from ninja import Body, Path, Query, Router
from pydantic import BaseModel, Field

from linli import clock
from linli.api.auth import actor_of
from linli.api.doors import Id, door, purpose_of
from linli.api.loops_shapes import ItemRow
from linli.api.visits import VisitRefused, refused_rows
from linli.loops.exposures import chain_picture, chains, decide, figures, find, lists
from linli.loops.exposures.decide import DECIDE
from linli.loops.exposures.figures import Asked
from linli.loops.exposures.lists import Listed
from linli.loops.exposures.tables import Exposure
from linli.loops.scene import Scene
from linli.registry.areas import get as area_of
from linli.registry.forms import Day, RecordForm
from linli.registry.signed_in import attached

router = Router(tags=["exposures"])
_enum: Any = StrEnum
ExposureReason = _enum("ExposureReason", {code.upper(): code for code in decide.REASONS})
FigureName = _enum("FigureName", {code.upper(): code for code in figures.LABELS})
MOST_AT_ONCE = 5000
Ids = Annotated[list[Id], Field(min_length=1, max_length=500)]


class ExposureRow(BaseModel):
    """One candidate: the score, what it rests on, and what somebody decided."""

    model_config = {"from_attributes": True}

    id: int
    source_id: int
    person_id: int
    contact_id: int | None
    score: float
    evidence: list[dict[str, Any]]
    last_met_at: datetime | None
    decision: str
    reason: str
    decided_by: int | None
    decided_at: datetime | None


class ExposureAsked(BaseModel):
    """Of which case, or of which contact for the second ring."""

    source_id: Id


class ExposureLooked(BaseModel):
    """How many people were found that nobody knew of."""

    n_new: int


class ExposureNamed(RecordForm):
    """Somebody is named: who, what they are to the case, and when they last met."""

    source_id: Id
    person_id: Id
    relation: Annotated[str, Field(max_length=24)] = ""
    last_met_on: Day


class ExposureAccept(RecordForm):
    """These are contacts, of this class of risk; as the ring says if left out."""

    ids: Ids
    risk: Annotated[str, Field(pattern="^(close|second|general)$")] | None = None


class ExposureDismiss(RecordForm):
    """These are no contacts, for this reason."""

    ids: Ids
    reason: ExposureReason  # type: ignore[valid-type]


class ExposureDecided(BaseModel):
    """Contact items opened, people who were contacts or cases already, and dismissals."""

    opened: list[int]
    linked: list[int]
    dismissed: int


class ExposureListed(RecordForm):
    """One row of a list that was decided elsewhere: whom a case met last on which day."""

    source_id: Id
    person_id: Id
    last_met_on: Day
    risk: Annotated[str, Field(pattern="^(close|second|general)$")] | None = None


class ExposureList(RecordForm):
    """Up to 5,000 rows taken in together."""

    rows: Annotated[list[ExposureListed], Field(min_length=1, max_length=MOST_AT_ONCE)]


class ExposureListTaken(BaseModel):
    """What became of the rows, and how many contacts were opened."""

    n_new: int
    n_again: int
    n_contacts: int
    refused: list[VisitRefused]


class ChainNode(BaseModel):
    """One person of a chain, by id: what they are and in which generation; never a name."""

    model_config = {"from_attributes": True}

    person_id: int
    item_id: int | None
    what: str
    generation: int
    n_more: int
    n_beyond: int


class ChainLink(BaseModel):
    """That one met the other."""

    model_config = {"from_attributes": True}

    source: int
    target: int
    score: float


class ChainBeyond(BaseModel):
    """How many people of the chain another desk looks after."""

    model_config = {"from_attributes": True}

    area_id: int
    name: str
    n: int


class ChainSeen(BaseModel):
    """The chain around a person, and to how many each ill person passed it on."""

    start: int
    nodes: list[ChainNode]
    links: list[ChainLink]
    generations: dict[str, int]
    offspring: list[float]
    n_left_out: int
    beyond: list[ChainBeyond]


class ChainAsked(BaseModel):
    """How many generations down."""

    depth: Annotated[int, Field(ge=1, le=12)] = 4


class FigureAsked(BaseModel):
    """Where, of which disease, and with which thresholds."""

    area_id: Id | None = None
    kind: Annotated[str, Field(max_length=40)] = ""
    unseen_days: Annotated[int, Field(ge=1, le=60)] = figures.UNSEEN_DAYS
    new_days: Annotated[int, Field(ge=1, le=60)] = figures.NEW_DAYS
    few: Annotated[int, Field(ge=1, le=100)] = figures.FEW_CONTACTS


class FigureSeen(BaseModel):
    """A figure, and what it is of; its list is at /figures/{figure}."""

    name: str
    label: str
    n: int
    of: int
    low: float | None
    high: float | None


@router.post(
    "/look",
    response=ExposureLooked,
    operation_id="exposures_look",
    summary="Look for those who were at the same places at the same time, or live there",
    openapi_extra=door(DECIDE, about_residents=True),
)
def look(request: HttpRequest, body: Body[ExposureAsked]) -> Any:
    """What was decided stays decided."""
    return ExposureLooked(n_new=find.look(body.source_id, _scene(request)))


@router.post(
    "/name",
    response=ExposureRow,
    operation_id="exposures_name",
    summary="Name somebody whom a case met",
    openapi_extra=door(DECIDE, about_residents=True),
)
def name(request: HttpRequest, body: Body[ExposureNamed]) -> Any:
    """The person has to be in the registry; somebody still decides."""
    return find.name(
        body.source_id, body.person_id, relation=body.relation, last_met_on=body.last_met_on,
        scene=_scene(request),
    )  # fmt: skip


@router.post(
    "/accept",
    response=ExposureDecided,
    operation_id="exposures_accept",
    summary="Take candidates as contacts: each person once, whoever named them",
    openapi_extra=door(DECIDE, about_residents=True),
)
def accept(request: HttpRequest, body: Body[ExposureAccept]) -> Any:
    """Follow-ups, tests and quarantine follow by the plan of the disease."""
    return _decided(decide.accept(body.ids, _scene(request), risk=body.risk or ""))


@router.post(
    "/dismiss",
    response=ExposureDecided,
    operation_id="exposures_dismiss",
    summary="Take candidates as no contacts, and say why",
    openapi_extra=door(DECIDE, about_residents=True),
)
def dismiss(request: HttpRequest, body: Body[ExposureDismiss]) -> Any:
    """Remembered; the same person is not asked about again for this case."""
    reason = str(body.reason.value)  # type: ignore[attr-defined]
    return _decided(decide.dismiss(body.ids, _scene(request), reason=reason))


@router.post(
    "/list",
    response=ExposureListTaken,
    operation_id="exposures_take_in",
    summary="Take in a list of contacts that was decided elsewhere",
    openapi_extra=door(DECIDE, about_residents=True, placed=False),
)
def take_in(request: HttpRequest, body: Body[ExposureList]) -> Any:
    """For surges; what comes of each row is the same as if it had been accepted alone."""
    rows = [
        Listed(row.source_id, row.last_met_on, person_id=row.person_id, risk=row.risk or "")
        for row in body.rows
    ]
    done = lists.take_in(rows, _scene(request))
    return ExposureListTaken(
        n_new=done.n_new, n_again=done.n_again, n_contacts=done.n_contacts,
        refused=refused_rows(done.refused),
    )  # fmt: skip


@router.get(
    "/figures",
    response=list[FigureSeen],
    operation_id="exposures_figures",
    summary="How tracing stands: each figure is the length of a list",
    openapi_extra=door(figures.SEE, about_residents=True, placed=False),
)
def all_figures(request: HttpRequest, wanted: Query[FigureAsked]) -> Any:
    """Within the caller's reach."""
    found = figures.figures(actor_of(request), _asked(wanted), purpose=purpose_of(request))
    return [
        FigureSeen(
            name=one.name,
            label=gettext(one.label),
            n=one.n,
            of=one.of,
            low=one.rate.low if one.rate else None,
            high=one.rate.high if one.rate else None,
        )
        for one in found
    ]


@router.get(
    "/figures/{figure}",
    response=list[ItemRow],
    operation_id="exposures_figure_list",
    summary="The cases or contacts that a figure counts, the newest first",
    openapi_extra=door(figures.SEE, about_residents=True, placed=False),
)
def figure_list(
    request: HttpRequest,
    figure: Annotated[FigureName, Path()],  # type: ignore[valid-type]
    wanted: Query[FigureAsked],
) -> Any:
    """At most 200 rows."""
    asked = _asked(wanted)
    which = str(figure.value)  # type: ignore[attr-defined]
    return figures.rows_of(which, actor_of(request), asked, purpose=purpose_of(request))


@router.get(
    "/chains/{person_id}",
    response=ChainSeen,
    operation_id="chains_see",
    summary="The chain around a person, as people decided it",
    openapi_extra=door(chains.SEE, about_residents=True),
)
def chain(request: HttpRequest, person_id: Path[Id], wanted: Query[ChainAsked]) -> Any:
    """Ids only; names stay in the registry."""
    found = chains.around(person_id, _scene(request), depth=wanted.depth)
    return ChainSeen(
        start=found.start,
        nodes=[ChainNode.model_validate(node) for node in found.nodes.values()],
        links=[ChainLink.model_validate(link) for link in found.links],
        generations={str(k): v for k, v in found.generations.items()},
        offspring=chains.offspring(found),
        n_left_out=found.n_left_out,
        beyond=[ChainBeyond.model_validate(desk) for desk in found.beyond],
    )


@router.get(
    "/chains/{person_id}/picture",
    operation_id="chains_picture",
    summary="The chain as a picture without names, to be shown elsewhere",
    openapi_extra=door(chains.SEE, about_residents=True)
    | {"responses": {"200": {"description": "OK", "content": {"image/svg+xml": {}}}}},
)
def picture(request: HttpRequest, person_id: Path[Id], wanted: Query[ChainAsked]) -> HttpResponse:
    """People are numbered within the picture; nothing in it leads back to anybody."""
    found = chains.around(person_id, _scene(request), depth=wanted.depth)
    drawn = chain_picture.draw(found, gettext)
    answer = HttpResponse(drawn.svg, content_type="image/svg+xml")
    answer["Content-Disposition"] = attached(actor_of(request), "chain.svg")
    return answer


@router.get(
    "/{source_id}",
    response=list[ExposureRow],
    operation_id="exposures_list",
    summary="Candidates and contacts of a case, the likeliest first",
    openapi_extra=door(DECIDE, about_residents=True),
)
def listing(request: HttpRequest, source_id: Path[Id]) -> Any:
    """Decided ones stay in the list, with who decided and why."""
    find.source_of(source_id, _scene(request))
    return list(Exposure.objects.filter(source_id=source_id).order_by("-score", "id"))


def _scene(request: HttpRequest) -> Scene:
    return Scene(actor_of(request), clock.now_s(), purpose_of(request) or "")


def _decided(done: decide.Decided) -> ExposureDecided:
    return ExposureDecided(opened=done.opened, linked=done.linked, dismissed=done.dismissed)


def _asked(wanted: FigureAsked) -> Asked:
    path = area_of(wanted.area_id).path if wanted.area_id else ""
    return Asked(clock.now_s(), path, wanted.kind, wanted.unseen_days, wanted.new_days, wanted.few)
