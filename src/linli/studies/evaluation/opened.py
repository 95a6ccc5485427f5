"""Which records stand behind a number? The rows of its numerator or denominator, within reach.

A number may be seen by who studies; its rows only by who may see those records anyway, for the
purpose that these take. Rows carry ids, kinds and places: never a name or a health fact.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet

from linli.analysis.evaluation.formulas import Formula, Term
from linli.audit.records import record_many
from linli.errors import N_, BadInput
from linli.loops import catalogue
from linli.policy.can import PATH_STEP, Actor, Ask, Holding, can, scope
from linli.policy.powers import roles_for
from linli.policy.roles import PURPOSES, Purpose, Role
from linli.registry.areas import Area, under, within
from linli.registry.kinds import KINDS
from linli.registry.sight import a_page
from linli.studies.evaluation.records import RECORDS, Records, rows_of

SIDES = ("count", "per")
ROWS_A_PAGE = 50


@dataclass(frozen=True)
class Row:
    """One record behind a number: its id, what it is in a code, where it lies."""

    id: Any
    what: str
    path: str


@dataclass(frozen=True)
class Opened:
    """One term of a formula: what it counts, how many lie in the area, and a page of them."""

    term: Term
    label: str
    n: int
    rows: tuple[Row, ...]
    after: int | None
    page: str  # the kind of record that a row opens; "items": a page of its own

    @property
    def opens(self) -> bool:
        """Whether the registry has a page for each row."""
        return self.page in KINDS


def opened(
    actor: Actor,
    area: Area,
    formula: Formula,
    *,
    side: str = "count",
    part: int = 0,
    purpose: str | None = None,
    now: int,
    after: int = 0,
    most: int = ROWS_A_PAGE,
) -> Opened:
    """A page of the rows that one term of a formula counts in an area; the look is recorded.

    Raises PurposeNeeded or NotAllowed where the records take more than the number does.
    """
    terms = terms_of(formula, side)
    if not 0 <= part < len(terms):
        raise BadInput(
            N_("{given} is no part of this number; it has {n}."), given=part + 1, n=len(terms)
        )
    term = terms[part]
    records = RECORDS[term.records]
    holding, ranges = _reach(actor, records, term, area, purpose)
    rows = rows_of(term, now=now, exercise=actor.exercise)
    if records.path is not None:
        inside = under(area.path, records.path)
        if term.above:
            above = [area.path[:n] for n in range(PATH_STEP, len(area.path), PATH_STEP)]
            inside |= Q(**{f"{records.path}__in": above})
        rows = rows.filter(inside)
    n = rows.count()
    if records.path is not None and ranges is not None:
        rows = rows.filter(within(ranges, records.path))
    shown = list(_numbered(rows, records, term, after)[: a_page(most) + 1])
    page = tuple(_row(one, records) for one in shown[: a_page(most)])
    if records.residents or term.records == "items":
        record_many(
            actor, "list", records.page or term.records, [row.id for row in page],
            holding=holding, purpose=purpose, path=area.path,
        )  # fmt: skip
    more = int(page[-1].id) if len(shown) > len(page) and page else None
    return Opened(term, records.label, n, page, more, records.page or term.records)


def terms_of(formula: Formula, side: str) -> tuple[Term, ...]:
    """The terms of one side of a formula; raises BadInput for a side that there is none of."""
    if side not in SIDES:
        raise BadInput(
            N_("{given} is no side of a number. Choose one of: {known}."),
            given=side[:20], known=SIDES,
        )  # fmt: skip
    return formula.count if side == "count" else formula.per


def _reach(
    actor: Actor, records: Records, term: Term, area: Area, purpose: str | None
) -> tuple[Holding, tuple[tuple[str, str], ...] | None]:
    """The holding that opens the rows, and the ranges it reaches; None where places are open."""
    chosen = Purpose(purpose) if purpose else None
    roles, verb, residents = roles_for(records.verb), records.verb, records.residents
    if term.records == "items":
        loops = [catalogue.get(str(name)) for name in dict(term.where).get("loop", ())]
        every = loops or list(catalogue.all_loops().values())
        roles = frozenset.intersection(*(loop.seen_by for loop in every))
        verb = f"{every[0].name}.see"
        residents = any(loop.about_residents for loop in every)
    holding = can(actor, Ask(verb, roles, area.path, chosen, residents)).required()
    if records.path is None or Role.RESIDENT in roles:
        return holding, None
    if residents:
        roles = frozenset(r for r in roles if chosen in PURPOSES.get(r, ()))
    return holding, scope(actor, roles)


def _numbered(
    rows: QuerySet[Any], records: Records, term: Term, after: int
) -> QuerySet[Any, tuple[Any, ...]]:
    what = WHAT.get(term.records, "pk")
    if records.path is None:
        return rows.order_by("pk").values_list("pk", F(what), F("pk"))
    later = rows.filter(pk__gt=after).order_by("pk")
    return later.values_list("pk", F(what), F(records.path))


WHAT = {  # the column that says in a code what a row is
    "areas": "kind", "units": "kind", "posts": "role", "assignments": "post__role",
    "workers": "post__role", "qualifications": "kind", "organisations": "kind", "sites": "kind",
    "vehicles": "kind", "request_types": "code", "screening": "day", "items": "stage",
    "households": "code", "people": "code",
}  # fmt: skip


def _row(values: tuple[Any, ...], records: Records) -> Row:
    row_id, what, path = values
    return Row(row_id, str(what), str(path) if records.path is not None else "")
