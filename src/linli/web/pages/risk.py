"""Which communities are at the highest risk, why, how sure is it, and what would help?"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from linli import clock
from linli.errors import N_, NotFound, Word
from linli.loops.substitutes import watch
from linli.loops.substitutes.loop import LOOP
from linli.policy.can import Actor, end_of
from linli.policy.powers import roles_for
from linli.registry import areas
from linli.registry.areas import Area, Tier
from linli.registry.signed_in import attached
from linli.studies.evaluation import opened, spelling
from linli.studies.evaluation.counting import counted
from linli.studies.risk import reach, runs, story
from linli.studies.risk.records import formulas_for
from linli.studies.risk.runs import RUN, SEE, NoRun, Run
from linli.web import purposes
from linli.web.menu import Nav, Section
from linli.web.page import allow, id_of, signed_in

SHOWN = 54  # rows of the list on one page
MOST_IN_FILE = 20_000
FORMS = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@never_cache
def overview(request: HttpRequest) -> HttpResponse:
    """The list of an area with its reasons; of a community, all that is known of it."""
    actor, area = _asked(request)
    try:
        run = _run(request, actor)
    except NoRun:
        return render(request, "risk/none.html", {"area": area, "runs": _may(actor, RUN)})
    if area.tier is Tier.COMMUNITY:
        return _community(request, actor, area, run)
    listed = reach.communities(actor, area)
    shown = story.rows(run, listed, _language(), most=SHOWN)
    context = {
        **_frame(request, actor, area, run),
        "rows": [(one, mark_safe(story.picture(one.parts))) for one in shown],  # noqa: S308 - ours
        "all_listed": all(one.listed for one in shown),
        "legend": list(zip(story.COLOURS, run.risk.model.dimensions, strict=False)),
        "below": story.below(run, reach.below(actor, area, _language())),
        "n_here": len(listed),
        "n_listed": sum(0 < run.rank[run.place[a]] <= run.k for a in listed if a in run.place),
        "stays": story.stays(run, gettext),
        "gaps": story.gaps(run, _language(), gettext),
        "lacking": story.lacking(run, _language()),
        "forms": FORMS,
    }
    return render(request, "risk/overview.html", context)


def _community(request: HttpRequest, actor: Actor, area: Area, run: Run) -> HttpResponse:
    at = run.place.get(area.id)
    context: dict[str, Any] = {
        **_frame(request, actor, area, run),
        "why_not": run.gathered.left_out.get(area.id, ""),
    }
    if at is not None:
        lines = story.lines(run, at, _language(), gettext)
        one = story.row(run, at, _language())
        context |= {
            "row": one,
            "picture": mark_safe(story.picture(one.parts)),  # noqa: S308 - drawn by us
            "groups": [
                (part, [line for line in lines if line.dimension == part.id]) for part in one.parts
            ],
            "middle": run.risk.middle_score(),
            "lacking": story.lacking(run, _language()),
        }
    if _may(actor, "estates.see"):
        found = watch.register(
            [(area.path, end_of(area.path))], now=clock.now_s(), exercise=actor.exercise, every=True
        )
        context |= {"estates": found, "how_names": watch.HOW_NAMES, "opens": _opens(actor)}
    return render(request, "risk/community.html", context)


@never_cache
def factor(request: HttpRequest, name: str) -> HttpResponse:
    """One factor of an area: how it is counted, what is counted now, and the records behind it."""
    actor, area = _asked(request)
    run = _run(request, actor)
    found = next((f for f in run.model.factors if f.id == name), None)
    formula = formulas_for(run.model).get(name)
    if found is None or formula is None:
        raise NotFound(what=Word(N_("factor")), value=name[:40])
    now = clock.now_s()
    figure = counted([area], {name: formula}, now=now, exercise=actor.exercise)[area.id][name]
    figure = reach.shown(figure, formula)
    if _is_few(run, area, name):
        figure = replace(figure, value=None, count=None)
    side, rows = request.GET.get("side", ""), None
    if side:
        rows = opened.opened(
            actor, area, formula, side=side, part=id_of(request.GET.get("part", "")) or 0,
            purpose=purposes.of(request), now=now, after=id_of(request.GET.get("after", "")) or 0,
        )  # fmt: skip
    places = Area.objects.filter(path__in={r.path for r in rows.rows}) if rows else ()
    by_path = {one.path: one for one in places}
    context = {
        **_frame(request, actor, area, run),
        "factor": found,
        "name": found.names["zh-hans" if _language().startswith("zh") else "en"],
        "figure": figure,
        "why": gettext(story.told_why(figure)),
        "note": formula.note_zh if _language().startswith("zh") else formula.note,
        "fact": formula.fact,
        "sides": [
            (key, title, [(n, spelling.spelled(term, gettext)) for n, term in enumerate(terms)])
            for key, title, terms in (
                ("count", N_("counted"), formula.count), ("per", N_("divided by"), formula.per),
            ) if terms
        ],
        "rows": rows,
        "row_places": [(row, by_path.get(row.path)) for row in rows.rows] if rows else [],
        "side": side,
        "part": request.GET.get("part", "0"),
    }  # fmt: skip
    return render(request, "risk/factor.html", context)


@never_cache
def file(request: HttpRequest, form: str) -> HttpResponse:
    """The list of an area as CSV for a sheet or JSON for a machine."""
    actor, area = _asked(request)
    run = _run(request, actor)
    if form not in FORMS:
        raise NotFound(what=Word(N_("form of file")), value=form[:20])
    listed = reach.communities(actor, area)
    if form == "csv":
        made = story.as_csv(run, listed, _language(), most=MOST_IN_FILE)
    else:
        values = story.as_values(run, listed, _language(), gettext, most=MOST_IN_FILE)
        made = json.dumps(values, cls=DjangoJSONEncoder, ensure_ascii=False).encode()
    answer = HttpResponse(made, content_type=FORMS[form])
    called = f"risk-{area.id}-{story.day_of(run)}-{run.fingerprint}.{form}"
    answer["Content-Disposition"] = attached(actor, called)
    return answer


@require_POST
def count(request: HttpRequest) -> HttpResponse:
    """Count the risk of the whole city now."""
    runs.count(signed_in(request), now=clock.now_s())
    return redirect("risk")


@never_cache
def estates(request: HttpRequest) -> HttpResponse:
    """The estates that lack something, with what stands in or is asked for."""
    actor, area = _asked(request, "estates.see")
    if request.method == "POST":
        watch.ask_for(actor, area, now=clock.now_s())
        return redirect(f"{reverse('risk_estates')}?{urlencode({'area': area.id})}")
    found = reach.estates(actor, area, now=clock.now_s())
    three = [one for one in found if one.estate.three_without]
    context = {
        "area": area,
        "above": reach.above(actor, area, "estates.see"),
        "estates": sorted(found, key=lambda one: (-len(one.bare), not one.estate.three_without))[
            : SHOWN * 4
        ],
        "n": len(found),
        "n_three": len(three),
        "n_bare": sum(bool(one.bare) for one in three),
        "how_names": watch.HOW_NAMES,
        "opens": _opens(actor),
        "asks": bool(actor.holds(roles_for(watch.ASK))),
    }
    return render(request, "risk/estates.html", context)


def _is_few(run: Run, area: Area, name: str) -> bool:
    """Whether the page of this community withholds the factor."""
    at = run.place.get(area.id)
    lines = story.lines(run, at, _language(), gettext) if at is not None else []
    return any(line.few for line in lines if line.id == name)


def _asked(request: HttpRequest, verb: str = SEE) -> tuple[Actor, Area]:
    actor = signed_in(request)
    given = request.GET.get("area", "")
    if given:
        area_id = id_of(given)
        if area_id is None:
            raise NotFound(what=Word(N_("area")), value=given[:20])
        area = areas.get(area_id)
    else:
        allow(request, verb)
        area = reach.home(actor, verb)
    allow(request, verb, path=area.path)
    return actor, area


def _run(request: HttpRequest, actor: Actor) -> Run:
    wanted = request.GET.get("run", "")
    if not wanted:
        return runs.latest(exercise=actor.exercise)
    return runs.get(id_of(wanted) or 0, exercise=actor.exercise)


def _frame(request: HttpRequest, actor: Actor, area: Area, run: Run) -> Mapping[str, Any]:
    kept = {"run": run.id} if request.GET.get("run") else {}
    return {
        "area": area,
        "above": reach.above(actor, area, SEE),
        "run": run,
        "query": urlencode({"area": area.id, **kept}),
        "kept_query": urlencode(kept),
        "runs": _may(actor, RUN),
        "sees_estates": _may(actor, "estates.see"),
    }


def _may(actor: Actor, verb: str) -> bool:
    return bool(actor.holds(roles_for(verb)))


def _opens(actor: Actor) -> bool:
    """Whether the items behind a gap are open to this person as well."""
    return bool(actor.holds(LOOP.seen_by))


def _language() -> str:
    return get_language() or "zh-hans"


NAV = Nav(N_("Risk"), "risk", roles_for(SEE), 30, Section.STUDIES)
URLS = [
    path("risk", overview, name="risk"),
    path("risk/count", count, name="risk_count"),
    path("risk/estates", estates, name="risk_estates"),
    path("risk/file.<slug:form>", file, name="risk_file"),
    path("risk/factors/<str:name>", factor, name="risk_factor"),
]
