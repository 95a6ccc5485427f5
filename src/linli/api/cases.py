"""Reports of cases in bulk, what follows from evidence, and the four ratios with their lists."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Body, Query, Router
from pydantic import BaseModel, Field

from linli import clock
from linli.api.auth import actor_of
from linli.api.doors import After, Id, Most, Rows, allow, door, purpose_of
from linli.api.faults import Fault, fault_of
from linli.api.reading import refuse_no_text
from linli.loops import catalogue, ratios
from linli.loops.cases import definitions, intake
from linli.loops.cases.intake import CaseReport
from linli.loops.ratios import Ratio
from linli.registry import areas
from linli.registry.forms import Day

router = Router(tags=["cases"])
MOST_REPORTS = 1_000


class CaseReports(BaseModel):
    """Up to a thousand reports, taken in one transaction."""

    model_config = {"extra": "forbid"}

    rows: Annotated[list[CaseReport], Field(min_length=1, max_length=MOST_REPORTS)]


class CaseReported(BaseModel):
    """What became of one report: the case it opened or joined; again: it was known."""

    model_config = {"from_attributes": True}

    index: int
    case_id: int
    joined: bool
    again: bool


class CaseReportRefused(BaseModel):
    """A report that was refused, and why."""

    index: int
    fault: Fault


class CaseReportsTaken(BaseModel):
    """What became of them: each report stands in one of the two lists."""

    reported: list[CaseReported]
    refused: list[CaseReportRefused]


class CaseWeigh(BaseModel):
    """Evidence for a disease on a day, in a region by the first digits of its code."""

    disease: Annotated[str, Field(max_length=24, pattern="^[a-z0-9_]+$")] = "covid19"
    evidence: Annotated[list[str], Field(max_length=40)] = []
    on: Day | None = None
    region: Annotated[str, Field(max_length=12, pattern="^[0-9]*$")] = ""


class CaseNeed(BaseModel):
    """At least so many of some criteria."""

    model_config = {"from_attributes": True}

    least: int
    of: list[str]


class CaseRule(BaseModel):
    """One rule: what would follow, and what of it is met and missing."""

    category: str
    basis: str
    met: list[CaseNeed]
    missing: list[CaseNeed]


class CaseVerdict(BaseModel):
    """What follows by the edition in force; null where nothing does. A person decides."""

    disease: str
    edition: str
    source: str
    category: str | None
    basis: str
    rules: list[CaseRule]


class CaseRatiosAsk(BaseModel):
    """The area; all within reach if none."""

    area_id: Id | None = None


class CaseUnmetAsk(CaseRatiosAsk):
    """Which ratio, and which page of its list."""

    ratio: Ratio = Ratio.TAKEN_IN
    after: After = 0
    most: Most = 50


class CaseRatio(BaseModel):
    """Of so many people, so many have it; the share is null of nobody."""

    model_config = {"from_attributes": True}

    ratio: str
    n: int
    met: int
    unmet: int
    percent: float | None


class CaseDelay(BaseModel):
    """Days from one thing to the next: the quartiles, and of how many they are known."""

    label: str
    n: int
    lower: float | None
    median: float | None
    upper: float | None


class CaseRatios(BaseModel):
    """The four ratios, the days between, and how many died before a place was reached."""

    ratios: list[CaseRatio]
    delays: list[CaseDelay]
    n_died_waiting: int


class CaseUnmet(BaseModel):
    """Somebody who should have it and has not, as the caller may see them."""

    item_id: int
    loop: str
    item_class: str
    area_id: int
    opened_at: datetime
    person_id: int | None
    name: str
    phone: str


@router.post(
    "/case-reports",
    response=CaseReportsTaken,
    operation_id="case_report_many",
    summary="Report many cases at once",
    openapi_extra=door(
        "case.open", roles=catalogue.get("case").opened_by, about_residents=True, placed=False
    ),
)
def report(request: HttpRequest, body: Body[CaseReports]) -> Any:
    """Those refused are told apart; whom the registry knows is found, and has one case."""
    actor, purpose = actor_of(request), purpose_of(request)
    intake.allow(actor, purpose)
    taken = intake.take_in(actor, body.rows, now=clock.now_s(), purpose=purpose)
    return CaseReportsTaken(
        reported=[CaseReported.model_validate(one) for one in taken.reported],
        refused=[
            CaseReportRefused(index=one.index, fault=fault_of(one.problem)) for one in taken.refused
        ],
    )


@router.post(
    "/case-definitions/weigh",
    response=CaseVerdict,
    operation_id="case_weigh",
    summary="What follows from evidence by the definition in force on a day",
    openapi_extra=door("codes.see", placed=False),
)
def weigh(request: HttpRequest, body: Body[CaseWeigh]) -> Any:
    """Nothing is kept, and nobody is named."""
    allow(request, "codes.see")
    refuse_no_text(body.model_dump(mode="json"))
    definitions.refuse_unknown(body.disease, body.evidence)
    on = body.on or clock.day(clock.now())
    told = definitions.judge(body.disease, body.evidence, on, region=body.region)
    return CaseVerdict(
        disease=told.disease.code,
        edition=told.edition.name if told.edition else "",
        source=told.edition.source if told.edition else "",
        category=told.category,
        basis=told.basis,
        rules=[
            CaseRule(
                category=w.rule.category,
                basis=w.rule.basis,
                met=[CaseNeed(least=n.least, of=list(n.of)) for n in w.met],
                missing=[CaseNeed(least=n.least, of=list(n.of)) for n in w.missing],
            )
            for w in told.weighed
        ],
    )


@router.get(
    "/ratios",
    response=CaseRatios,
    operation_id="ratios_see",
    summary="The four ratios within reach, and the days between onset, report, result, arrival",
    openapi_extra=door("ratios.see", placed=False),
)
def see(request: HttpRequest, wanted: Query[CaseRatiosAsk]) -> Any:
    """Counts only."""
    board = ratios.board(actor_of(request), area_path=_path(wanted.area_id))
    return CaseRatios(
        ratios=[CaseRatio.model_validate(one) for one in board.ratios],
        delays=[
            CaseDelay(
                label=one.label, n=one.days.n, lower=one.days.lower, median=one.days.median,
                upper=one.days.upper,
            )
            for one in board.delays
        ],
        n_died_waiting=board.n_died_waiting,
    )  # fmt: skip


@router.get(
    "/ratios/unmet",
    response=Rows[CaseUnmet],
    operation_id="ratios_list",
    summary="Who is missing from a ratio",
    openapi_extra=door("ratios.list", about_residents=True, placed=False),
)
def unmet(request: HttpRequest, wanted: Query[CaseUnmetAsk]) -> Any:
    """A page; the look is recorded."""
    rows, after = ratios.unmet(
        actor_of(request),
        wanted.ratio,
        purpose=purpose_of(request),
        area_path=_path(wanted.area_id),
        after=wanted.after,
        most=wanted.most,
    )
    return {
        "rows": [
            CaseUnmet(
                item_id=row.item_id, loop=row.loop, item_class=row.item_class,
                area_id=row.area_id, opened_at=row.opened_at, person_id=row.person["id"],
                name=row.person["name"], phone=row.person["phone"],
            )
            for row in rows
        ],
        "after": after,
    }  # fmt: skip


def _path(area_id: int | None) -> str:
    return areas.get(area_id).path if area_id else ""
