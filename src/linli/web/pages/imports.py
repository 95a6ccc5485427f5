"""How does a list come in? Send it, say what its columns mean, look first, then take it in."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from linli.errors import N_, BadInput, Problem
from linli.policy.powers import roles_for
from linli.registry import imports
from linli.registry.imports import kinds, results
from linli.registry.imports.kind import Outcome
from linli.web.page import allow, signed_in

POWER = "imports.run"
MEANS = "column-"  # before the place of a column, in the form that says what each means


@never_cache
def front(request: HttpRequest) -> HttpResponse:
    """Choose the kind of list and the file; the last runs are below."""
    actor = signed_in(request)
    allow(request, POWER)
    if request.method != "POST":
        return _front(request)
    try:
        file = request.FILES.get("file")
        if file is None or file.name is None:
            raise BadInput(N_("Choose a file first: CSV or XLSX."))
        upload = imports.begin(actor, request.POST.get("kind", ""), file, file.name)
    except Problem as problem:
        return _front(request, problem)
    return redirect("import_mapping", upload_id=upload.id)


def _front(request: HttpRequest, problem: Problem | None = None) -> HttpResponse:
    may = [
        kind for kind in kinds.every().values() if signed_in(request).holds(roles_for(kind.power))
    ]
    context = {
        "kinds": may,
        "chosen": request.POST.get("kind", request.GET.get("kind", "")),
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "imports/front.html", context, status=status)


@never_cache
def mapping(request: HttpRequest, upload_id: int) -> HttpResponse:
    """What each column means, as remembered or guessed; then a dry run, or the real one."""
    actor = signed_in(request)
    upload = imports.upload_of(actor, upload_id)
    seen = imports.preview(upload)
    chosen = dict(seen.mapping)
    problem: Problem | None = None
    if request.method == "POST":
        chosen = {
            title: request.POST.get(f"{MEANS}{place}", "")
            for place, title in enumerate(seen.header)
        }
        try:
            job = imports.run(upload, chosen, "dry" in request.POST, actor=actor)
            return redirect("import_run", upload_id=upload_id, job_id=job.id)
        except Problem as found:
            problem = found
    context = {
        "upload": upload,
        "seen": seen,
        "columns": [
            (
                f"{MEANS}{place}",
                title,
                chosen.get(title, ""),
                [row[place] for row in seen.rows[:3]],
            )
            for place, title in enumerate(seen.header)
        ],
        "choices": [(c.name, c.zh, c.en, c.required) for c in seen.kind.columns],
        "problem": problem,
    }
    status = problem.status if problem else 200
    return render(request, "imports/mapping.html", context, status=status)


@never_cache
def run(request: HttpRequest, upload_id: int, job_id: int) -> HttpResponse:
    """How far a run is, and what became of its rows; a piece of the page asks again by itself."""
    job = imports.job_of(signed_in(request), job_id)
    found = imports.result(job)
    context = {
        "job": job,
        "upload_id": upload_id,
        "result": found,
        "running": job.state in ("waiting", "running"),
        "counts": [(results.OUTCOME_NAMES[o], found.counts[o.value], o.value) for o in Outcome],
    }
    piece = getattr(request, "htmx", None)
    return render(request, "imports/_run.html" if piece else "imports/run.html", context)


def lines(request: HttpRequest, upload_id: int, job_id: int) -> HttpResponse:
    """The result file: a line a row, with what became of it and why."""
    job = imports.job_of(signed_in(request), job_id)
    answer = StreamingHttpResponse(
        imports.lines(job, gettext), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="import-{upload_id}-{job_id}.csv"'
    return answer


URLS = [
    path("registry/imports", front, name="imports"),
    path("registry/imports/<int:upload_id>", mapping, name="import_mapping"),
    path("registry/imports/<int:upload_id>/<int:job_id>", run, name="import_run"),
    path("registry/imports/<int:upload_id>/<int:job_id>/lines", lines, name="import_lines"),
]
