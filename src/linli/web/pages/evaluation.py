"""How able is a unit, what holds it back, and which records say so? Score, drill, download."""

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from linli import clock
from linli.analysis.dispatch.rosters import HOUSEHOLDS_A_WORKER
from linli.analysis.evaluation import diagnosis, figures
from linli.analysis.rates import LEAST_N
from linli.errors import N_, BadInput, NotFound, Problem, Word
from linli.plans.chores import HEARTBEAT_LASTS_S, silent_for_s
from linli.policy.can import OWNERS, Actor
from linli.policy.powers import roles_for
from linli.policy.roles import NAMES
from linli.registry import areas
from linli.registry.areas import Area
from linli.registry.signed_in import actor_of, attached
from linli.studies import pictures
from linli.studies.evaluation import (
    checks,
    documents,
    judgements,
    opened,
    snapshots,
    spelling,
    study,
    told,
)
from linli.studies.evaluation.history import history
from linli.studies.evaluation.study import SEE, Basis, Study
from linli.studies.evaluation.tables import Judgement, Snapshot
from linli.web import purposes
from linli.web.menu import Nav, Section
from linli.web.page import allow, day_of, id_of, signed_in

PHASES = {
    "peacetime": N_("peacetime"),
    "response": N_("response"),
    "recovery": N_("recovery"),
}
MOST_PICTURED = 40
MOST_LISTED = 200
LEAST_CORNERS = 3
KEPT_SHOWN = 10
DAY_S = 24 * 3600


@never_cache
def overview(request: HttpRequest) -> HttpResponse:
    """One unit: its score, what would help most, its neighbours, and the units below it."""
    actor, area, found = _asked(request)
    lines, other = told.lines_of(found), id_of(request.GET.get("beside", ""))
    best, worst = _extremes(found)
    names = {line.node.id: line.node for line in lines}
    context = {
        **_frame(request, actor, area, found),
        "study": found,
        "groups": told.groups_of(found),
        "outcomes": told.outcomes_of(found),
        "helps": told.most_helpful(lines),
        "lines": [(line, told.why_of(line, _language(), gettext)) for line in lines],
        "peers": told.peers_of(found),
        "strengths": [names[name] for name in best],
        "weaknesses": [names[name] for name in worst],
        "below": told.below_of(found),
        "since": told.since_of(found),
        "since_asked": request.GET.get("since", ""),
        "since_at": found.since.at if found.since else None,
        **_over_time(found),
        "others": [one for one in found.units if one.id != area.id],
        "beside": told.beside_of(found, other) if other is not None else None,
        "other": other,
        "names": names,
        "profile": _profile(found),
        "heat": _heat(found),
        "keeps": bool(actor.holds(roles_for(snapshots.KEEP))),
        "kept": Snapshot.objects.filter(exercise=actor.exercise).order_by("-at")[:KEPT_SHOWN],
        "forms": documents.FORMS,
    }
    return render(request, "evaluation/overview.html", context)


@never_cache
def indicator(request: HttpRequest, name: str, problem: Problem | None = None) -> HttpResponse:
    """One indicator of a unit: how it is counted, what was counted, and the records behind it."""
    actor, area, found = _asked(request)
    line = _line(found, name)
    side, part = request.GET.get("side", ""), id_of(request.GET.get("part", "")) or 0
    rows = None
    if side:
        rows = opened.opened(
            actor, area, line.formula, side=side, part=part, purpose=purposes.of(request),
            now=found.basis.now, after=id_of(request.GET.get("after", "")) or 0,
        )  # fmt: skip
    places = {a.path: a for a in Area.objects.filter(path__in={r.path for r in rows.rows})
              } if rows else {}  # fmt: skip
    context = {
        **_frame(request, actor, area, found),
        "line": line,
        "why": told.why_of(line, _language(), gettext),
        "note": line.formula.note_zh if _language().startswith("zh") else line.formula.note,
        "sides": [
            (key, title, [(n, spelling.spelled(term, gettext)) for n, term in enumerate(terms)])
            for key, title, terms in (
                ("count", N_("counted"), line.formula.count),
                ("per", N_("divided by"), line.formula.per),
            ) if terms
        ],
        "rows": rows,
        "row_places": [(row, places.get(row.path)) for row in rows.rows] if rows else [],
        "side": side,
        "part": part,
        "words": Judgement.objects.filter(
            indicator=name, area_id=area.id, exercise=actor.exercise
        ).order_by("-judged_on", "-id"),
        "judges": bool(actor.holds(roles_for(judgements.JUDGE))),
        "today": clock.day(clock.now()),
        "problem": problem,
        "typed": request.POST,
    }  # fmt: skip
    status = problem.status if problem else 200
    return render(request, "evaluation/indicator.html", context, status=status)


@never_cache
def self_check(request: HttpRequest) -> HttpResponse:
    """Whether the house is in order: norm, learning, turnover, found and solved, back-checks."""
    actor = signed_in(request)
    area = _area(request, actor)
    found = checks.checks(actor, area, now=clock.now_s())
    n, n_college, n_certified = found.all
    context = {
        "area": area,
        "above": _above(actor, area),
        "checks": found,
        "below": found.below_norm,
        "college": n_college / n if n else None,
        "certified": n_certified / n if n else None,
        "norm": HOUSEHOLDS_A_WORKER,
        "quarter": checks.QUARTER_DAYS,
        "least_n": LEAST_N,
        "unready": [one for one in found.ready if one.n_uncovered or not one.has_limits],
        "role_names": NAMES,
        "silent_s": silent_for_s(),
        "dead_after_s": HEARTBEAT_LASTS_S,
        "shown": found.communities[:MOST_LISTED],
        "more": max(0, len(found.communities) - MOST_LISTED),
    }
    return render(request, "evaluation/checks.html", context)


@never_cache
def file(request: HttpRequest, form: str) -> HttpResponse:
    """The study as a file: CSV or XLSX for sheets, JSON for machines, HTML or DOCX to read."""
    _, area, found = _asked(request)
    made = documents.made(found, form, language=_language(), translate=gettext)
    answer = HttpResponse(made, content_type=documents.FORMS[form])
    day = clock.day(found.basis.at).isoformat()
    answer["Content-Disposition"] = attached(
        actor_of(request), f"evaluation-{area.id}-{day}.{form}"
    )
    return answer


@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Keep what is counted now, so that later times can be compared with it."""
    actor = signed_in(request)
    area = _area(request, actor)
    basis = _basis(request, actor, area)
    snapshots.take(
        actor, area, framework=basis.framework, formulas=basis.formulas, now=clock.now_s()
    )
    return redirect(f"{reverse('evaluation')}?{urlencode({'area': area.id})}")


@require_POST
def judge(request: HttpRequest, name: str) -> HttpResponse:
    """Write down what an expert says of an indicator of a unit."""
    actor, area, found = _asked(request)
    try:
        said = judgements.Judged(
            indicator=name,
            value=_number(request.POST.get("value", "")),
            expert=request.POST.get("expert", ""),
            judged_on=day_of(request.POST.get("judged_on", "")),
            reason=request.POST.get("reason", ""),
        )
        judgements.judge(actor, area, said, framework=found.basis.framework, now=clock.now_s())
    except BadInput as problem:
        return indicator(request, name, problem)
    return _back(area, name)


@require_POST
def withdraw(request: HttpRequest, judgement_id: int) -> HttpResponse:
    """Take a judgement back; it stays, with the moment."""
    gone = judgements.withdraw(signed_in(request), judgement_id, now=clock.now_s())
    return _back(areas.get(gone.area_id), gone.indicator)


def _back(area: Area, name: str) -> HttpResponse:
    address = reverse("evaluation_indicator", args=[name])
    return redirect(f"{address}?{urlencode({'area': area.id})}")


def _asked(request: HttpRequest) -> tuple[Actor, Area, Study]:
    actor = signed_in(request)
    area, since = _area(request, actor), request.GET.get("since", "")
    allow(request, SEE, path=area.path)
    found = study.study(
        actor, area, basis=_basis(request, actor, area), phase=request.GET.get("phase", ""),
        language=_language(), since=_end_of(day_of(since)) if since else None,
    )  # fmt: skip
    return actor, area, found


def _basis(request: HttpRequest, actor: Actor, area: Area) -> Basis:
    asked = request.GET.get("as_of", "")
    as_of = _end_of(day_of(asked)) if asked else None
    return study.basis_of(now=clock.now_s(), exercise=actor.exercise, path=area.path, as_of=as_of)


def _area(request: HttpRequest, actor: Actor) -> Area:
    """The area asked for, or the widest that this person may see an evaluation of."""
    given = request.GET.get("area", "")
    if given:
        area_id = id_of(given)
        if area_id is None:
            raise NotFound(what=Word(N_("area")), value=given[:20])
        return areas.get(area_id)
    holding = allow(request, SEE)
    own = [h.path for h in actor.holds(roles_for(SEE)) if h.role not in OWNERS]
    return areas.at(min(own, key=lambda p: (len(p), p), default=holding.path))


def _frame(request: HttpRequest, actor: Actor, area: Area, found: Study) -> dict[str, Any]:
    kept = {k: v for k, v in request.GET.items() if k in {"phase", "as_of", "since"} and v}
    return {
        "area": area,
        "above": _above(actor, area),
        "phase": found.phase,
        "phase_name": PHASES[found.phase],
        "phases": PHASES,
        "at": found.basis.at,
        "snapshot": found.basis.snapshot,
        "as_of": request.GET.get("as_of", ""),
        "query": urlencode({"area": area.id, **kept}),
        "kept_query": urlencode(kept),
    }


def _above(actor: Actor, area: Area) -> list[Area]:
    return study.reached(actor, areas.ancestors(area))


def _line(found: Study, name: str) -> told.Line:
    for line in told.lines_of(found):
        if line.node.id == name:
            return line
    raise NotFound(what=Word(N_("indicator")), value=name[:40])


def _extremes(found: Study) -> tuple[list[str], list[str]]:
    if found.result is None or len(found.units) < LEAST_CORNERS:
        return [], []
    return diagnosis.strengths(found.result, found.unit)


def _profile(found: Study) -> str:
    """A radar of the groups against the median beside it; nothing for fewer than three groups."""
    result = found.result
    groups = [g for g in told.groups_of(found) if g["score"] is not None]
    if result is None or len(groups) < LEAST_CORNERS:
        return ""
    shown = {result.table.name(found.unit): [g["score"] for g in groups]}
    if len(found.units) >= LEAST_CORNERS:
        shown[gettext("median")] = documents.medians(result, [g["group"] for g in groups])
    drawn = figures.radar([g["group"] for g in groups], shown)
    return mark_safe(drawn)  # noqa: S308 - drawn by us, names escaped


def _over_time(found: Study) -> dict[str, Any]:
    """The line of the score over its snapshots, and the same as rows, the newest first."""
    told_once = history(found)
    if not told_once.points:
        return {"line": "", "points": []}
    last = told_once.points[-1].at
    days = [(p.at - last).total_seconds() / DAY_S for p in told_once.points]
    drawn = pictures.lines(
        gettext("Score over time"),
        [pictures.Series(gettext("Score"), days, [p.score for p in told_once.points])],
        x_label=gettext("days before this count"), y_label=gettext("Score"),
    )  # fmt: skip
    return {
        "line": mark_safe(drawn),  # noqa: S308 - drawn by us, names escaped
        "points": list(reversed(told_once.points)),
        "n_alike": len(told_once.indicators),
    }


def _heat(found: Study) -> str:
    """A heat map of the groups of the units below."""
    parts = found.parts
    if parts is None:
        return ""
    rows = told.below_of(found)[:MOST_PICTURED]
    columns = [g["group"] for g in told.groups_of(found) if g["group"] in parts.tree.ids]
    grid = [[_or_nan(row["groups"][c]) for c in columns] for row in rows]
    drawn = figures.heat_map([row["name"] for row in rows], columns, grid)
    return mark_safe(drawn)  # noqa: S308 - drawn by us, names escaped


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def _language() -> str:
    return get_language() or "zh-hans"


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadInput(N_("{given} is no number."), given=text[:40] or "–") from None


def _end_of(day: date) -> int:
    """The last second of a day of the city."""
    after = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(settings.TIME_ZONE))
    return int(after.timestamp()) - 1


NAV = Nav(N_("Evaluation"), "evaluation", roles_for(SEE), 36, Section.STUDIES)
URLS = [
    path("evaluation", overview, name="evaluation"),
    path("evaluation/self-check", self_check, name="evaluation_checks"),
    path("evaluation/snapshot", take, name="evaluation_take"),
    path("evaluation/file.<slug:form>", file, name="evaluation_file"),
    path("evaluation/judgements/<int:judgement_id>/withdraw", withdraw, name="judgement_withdraw"),
    path("evaluation/<str:name>", indicator, name="evaluation_indicator"),
    path("evaluation/<str:name>/judge", judge, name="evaluation_judge"),
]
