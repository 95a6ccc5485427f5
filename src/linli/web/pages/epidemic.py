"""How does the outbreak go? R, what is still to be reported, what may come, what followed what."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from linli import clock
from linli.analysis.epidemic.afterwards import AFTER_DAYS
from linli.errors import N_, BadInput, NotFound, Problem, Word
from linli.loops.cases import definitions
from linli.policy.can import OWNERS, VISITOR, Actor, scope
from linli.policy.powers import roles_for
from linli.registry import areas
from linli.registry.areas import Area
from linli.registry.signed_in import actor_of, attached
from linli.studies import tables
from linli.studies.epidemic import drawn, files, marks, study, told
from linli.studies.epidemic.asked import Asked, two_of
from linli.studies.epidemic.counts import Gaps
from linli.studies.epidemic.course import Course
from linli.studies.epidemic.marks import DECLARE, OF, Said
from linli.studies.epidemic.study import SEE, Study
from linli.studies.epidemic.tables import MarkKind
from linli.web.menu import Nav, Section
from linli.web.page import allow, day_of, id_of, signed_in

MOST_FILE_BYTES = 4_000_000
BY_NAMES = {"onset": N_("day of onset"), "report": N_("day of report")}
GOES_BY = {
    "onset": N_("R goes by day of onset."),
    "report": N_("R goes by day of report, for it is not known how late reports come."),
    "taken_back": N_(
        "R goes by reports taken back to onsets by how late they mostly come. Where reports got "
        "faster, R of the later days is too low."
    ),
}
GAPS = {
    Gaps.REFUSED: N_("every day has a row"),
    Gaps.ZERO: N_("nothing was counted"),
    Gaps.SPREAD: N_("the next running total holds it too"),
}


@never_cache
def show(request: HttpRequest, problem: Problem | None = None) -> HttpResponse:
    """An area's course by the records, the units below it, and what was written onto the curve."""
    actor, area = _area(request)
    found = study.study(actor, area, **_which(request))
    kept = {k: v for k, v in request.GET.items() if k in KEPT and v}
    context = {
        **_pictures(found.course),
        "study": found,
        "area": area,
        "above": _above(actor, area),
        "disease_names": {code: _disease(code) for code in found.diseases},
        "declares": bool(actor.holds(roles_for(DECLARE))),
        "kinds": MarkKind.choices,
        "today": clock.day(clock.now()),
        "kept": urlencode(kept),
        "asked": request.GET,
        "problem": problem,
        "typed": request.POST,
    }
    return render(request, "epidemic/area.html", context, status=problem.status if problem else 200)


@never_cache
def file(request: HttpRequest, form: str) -> HttpResponse:
    """The course of an area as a file: CSV with a row a day, or JSON with all there is."""
    actor, area = _area(request)
    found = study.study(actor, area, **_which(request))
    return _file(found.course, form, f"epidemic-{area.id}-{found.last}", found,
                 actor=actor_of(request))  # fmt: skip


@never_cache
def example(request: HttpRequest, name: str) -> HttpResponse:
    """A published series: its change of definition declared, or not."""
    allow(request, SEE)
    made = files.example(
        name, language=_language(), declared=request.GET.get("declared", "1") == "1",
        asked=_asked(request.GET),
    )  # fmt: skip
    if request.GET.get("form"):
        return _file(made, request.GET["form"], name)
    context = {**_pictures(made), "example": name, "title": gettext(files.EXAMPLES[name]),
               "declared": request.GET.get("declared", "1") == "1"}  # fmt: skip
    return render(request, "epidemic/file.html", context)


@never_cache
def own(request: HttpRequest) -> HttpResponse:
    """A file of one's own: counts by day, or a row a case. Nothing of it is kept."""
    allow(request, SEE)
    context: dict[str, Any] = {
        "gaps": GAPS, "typed": request.POST, "examples": files.EXAMPLES,
        "diseases": {code: _disease(code) for code in definitions.diseases()},
        "by_names": BY_NAMES,
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "epidemic/own.html", context)
    try:
        found = _read(request)
    except BadInput as problem:
        return render(request, "epidemic/own.html", {**context, "problem": problem},
                      status=problem.status)  # fmt: skip
    if request.POST.get("form"):
        return _file(found.course, request.POST["form"], "epidemic")
    return render(request, "epidemic/file.html", {
        **_pictures(found.course), "title": found.area, "areas": found.areas,
    })  # fmt: skip


@require_POST
def declare(request: HttpRequest) -> HttpResponse:
    """Write an order or a change of definition onto the curves of an area."""
    actor, area = _area(request)
    post = request.POST
    try:
        said = Said(
            kind=post.get("kind", ""),
            first_on=day_of(post.get("first_on", "")),
            words=post.get("words", ""),
            last_on=day_of(post["last_on"]) if post.get("last_on") else None,
            backlog_days=tables.count(post.get("backlog_days") or "0"),
            ratio=tables.number(post["ratio"]) if post.get("ratio") else None,
            disease=post.get("disease", ""),
        )
        marks.declare(actor, area, said, now=clock.now_s())
    except BadInput as problem:
        return show(request, problem)
    return redirect(f"{reverse('epidemic')}?{request.GET.urlencode()}")


@require_POST
def withdraw(request: HttpRequest, mark_id: int) -> HttpResponse:
    """Take what was written onto a curve back; it stays readable with its moment."""
    gone = marks.withdraw(signed_in(request), mark_id, now=clock.now_s())
    given = request.GET.get("area", "") or gone.area_id
    return redirect(f"{reverse('epidemic')}?{urlencode({'area': given})}")


def _read(request: HttpRequest) -> files.Read:
    given = request.FILES.get("file")
    if given is None:
        raise BadInput(N_("Choose a file: CSV, XLSX or Parquet."))
    if (given.size or 0) > MOST_FILE_BYTES:
        raise BadInput(
            N_("The file has {given} bytes; {most} can be looked at here. Larger ones go by the "
               "command line."),
            given=given.size, most=MOST_FILE_BYTES,
        )  # fmt: skip
    post = request.POST
    wanted = files.Wanted(
        area=post.get("area", "").strip(), cumulative=bool(post.get("cumulative")),
        gaps=_gaps(post.get("gaps", "")), falls="zero" if post.get("falls") else "refused",
        changes=post.get("changes", ""), orders=post.get("orders", ""),
        disease=post.get("disease") or files.DISEASE,
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="linli-") as folder:
        place = Path(folder) / f"file{Path(given.name or '').suffix.lower()[:8]}"
        place.write_bytes(given.read())
        return files.of_file(place, wanted, _asked(post))


def _gaps(text: str) -> Gaps:
    return Gaps(text) if text in set(Gaps) else Gaps.REFUSED


def _pictures(course: Course) -> dict[str, Any]:
    """The course with its pictures; none is drawn of what is not there."""
    pictures = [draw(course, gettext) for draw in (drawn.reports, drawn.onsets, drawn.r)]
    return {
        "course": course,
        "pictures": [mark_safe(one) for one in pictures if one],  # noqa: S308 - ours, escaped
        "followed": [(one, one.mark.told(gettext)) for one in course.followed()],
        "after_days": AFTER_DAYS,
        "goes_by": GOES_BY[course.goes_by],
        "of_names": OF,
        "breaks": [course.series.day(at) for at in course.series.breaks],
        "forms": ("csv", "json"),
        "rows": told.days_of(course),
    }


def _file(
    course: Course, form: str, name: str, found: Study | None = None, *, actor: Actor = VISITOR
) -> HttpResponse:
    if form == "csv":
        made, kind = told.table_of(course), "text/csv; charset=utf-8"
    elif form == "json":
        values = told.values_of_study(found, gettext) if found else told.values_of(course, gettext)
        made = json.dumps(values, ensure_ascii=False, indent=1, default=str)
        kind = "application/json"
    else:
        raise NotFound(what=Word(N_("form of file")), value=form[:20])
    answer = HttpResponse(made, content_type=kind)
    answer["Content-Disposition"] = attached(actor, f"{name}.{form}")
    return answer


def _asked(given: Mapping[str, Any]) -> Asked:
    """What is asked of a course, as an address or a form says it."""
    serial, delay = given.get("serial", ""), given.get("delay", "")
    return Asked(
        by=given.get("by", ""),
        window=tables.count(given.get("window") or "7"),
        ahead=tables.count(given.get("ahead") or "7"),
        serial=two_of(serial) if serial else None,
        delay=two_of(delay) if delay else None,
    )


def _which(request: HttpRequest) -> dict[str, Any]:
    as_of = request.GET.get("as_of", "")
    return {
        "asked": _asked(request.GET),
        "disease": request.GET.get("disease", ""),
        "as_of": day_of(as_of) if as_of else None,
        "language": _language(),
    }


def _area(request: HttpRequest) -> tuple[Actor, Area]:
    """The area asked for, or the widest that this person may see the course of."""
    actor = signed_in(request)
    given = request.GET.get("area", "")
    if given:
        area_id = id_of(given)
        if area_id is None:
            raise NotFound(what=Word(N_("area")), value=given[:20])
        area = areas.get(area_id)
        allow(request, SEE, path=area.path)
        return actor, area
    holding = allow(request, SEE)
    own_paths = [h.path for h in actor.holds(roles_for(SEE)) if h.role not in OWNERS]
    return actor, areas.at(min(own_paths, key=lambda p: (len(p), p), default=holding.path))


def _above(actor: Actor, area: Area) -> list[Area]:
    """What the area lies in, as far as this person reaches."""
    ranges = scope(actor, roles_for(SEE))
    return [one for one in areas.ancestors(area) if any(a <= one.path < b for a, b in ranges)]


def _disease(code: str) -> str:
    """Its name in the reader's language; the code where no file tells of it."""
    known = definitions.diseases().get(code)
    return code if known is None else known.called(_language())


def _language() -> str:
    return get_language() or "zh-hans"


KEPT = frozenset({"disease", "as_of", "by", "window", "ahead", "serial", "delay"})
NAV = Nav(N_("Outbreak course"), "epidemic", roles_for(SEE), 20, Section.STUDIES)
URLS = [
    path("epidemic", show, name="epidemic"),
    path("epidemic/file", own, name="epidemic_own"),
    path("epidemic/course.<slug:form>", file, name="epidemic_file"),
    path("epidemic/declare", declare, name="epidemic_declare"),
    path("epidemic/marks/<int:mark_id>/withdraw", withdraw, name="epidemic_withdraw"),
    path("epidemic/examples/<slug:name>", example, name="epidemic_example"),
]
