"""Which signals stand out, where, and who decides? The board, each picture, and how late (S99)."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from linli.analysis.warning.finding import WHY, Status
from linli.errors import N_, BadInput
from linli.loops.warnings.loop import LOOP
from linli.policy.can import OWNERS, Actor
from linli.policy.powers import roles_for
from linli.registry import areas
from linli.registry.areas import Area
from linli.studies import signals
from linli.studies.epidemic.counts import Gaps, read
from linli.studies.pictures import Series, lines, spark
from linli.studies.warning import board as study
from linli.studies.warning import plan as plans
from linli.studies.warning import replays, watch
from linli.studies.warning.board import SEE, Line, Pictured
from linli.studies.warning.plan import LEVEL_NAMES
from linli.studies.warning.replays import Replay
from linli.web.menu import Nav, Section
from linli.web.page import allow, day_of, id_of, signed_in
from linli.web.templatetags import linli as words

MOST_BELOW = 40
MOST_REPLAYED = 12  # areas of a file that are shown; the command tells all
MOST_UPLOAD = 2_000_000  # bytes


@never_cache
def board(request: HttpRequest) -> HttpResponse:
    """The last run within an area, the most telling first, with who decides and how late."""
    actor = signed_in(request)
    area = area_of(request, actor)
    allow(request, SEE, path=area.path)
    signal, parts = request.GET.get("signal", "")[:40], bool(request.GET.get("parts"))
    found = study.board(actor, area, signal=signal, day=asked_day(request), parts=parts)
    plan = plans.in_force()
    context = {
        "board": found,
        "area": area,
        "above": [a for a in areas.ancestors(area) if _reaches(actor, a)],
        "below": _below(area),
        "lines": [(line, _spark(line)) for line in found.lines],
        "waiting": [(line, _spark(line)) for line in found.waiting],
        "signal": signal,
        "parts": parts,
        "known": _signals(found),
        "levels": LEVEL_NAMES,
        "loop": LOOP,
        "statuses": _statuses(found),
        "notes": [
            (BadInput(study.NOTES[note["code"]], n=note["n"]), note["signal"], note["level"])
            for note in (found.run.notes if found.run else [])
        ],
        "plan": plan,
        "percent": round(plan.false_share * 100, 2),
        "runs": any(h.path == area.path[: len(h.path)] for h in actor.holds(roles_for(watch.RUN)))
        and area.parent_id is None,
        "query": {"area": area.id, "signal": signal},
    }
    return render(request, "warning/board.html", context)


@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """Ask the worker to look now."""
    watch.ask(signed_in(request))
    messages.success(request, gettext("Linli looks again now. Load the board again in a minute."))
    return redirect("warning")


@never_cache
def series(request: HttpRequest) -> HttpResponse:
    """One series of one area: its picture, the reason in words, and its warnings."""
    actor = signed_in(request)
    area = area_of(request, actor)
    allow(request, SEE, path=area.path)
    plan = plans.in_force()
    level = plans.level_of(area.kind)
    watched = [s for s in _names() if level is not None and plan.watch_of(s, level)]
    signal = request.GET.get("signal", "")[:40] or (watched[0] if watched else "")
    found = study.pictured(actor, area, signal, plan, day=asked_day(request))
    context = {
        "found": found,
        "area": area,
        "above": [a for a in areas.ancestors(area) if _reaches(actor, a)],
        "picture": mark_safe(_picture(found)),  # noqa: S308 - written by us from numbers
        "watched": watched,
        "levels": LEVEL_NAMES,
        "loop": LOOP,
        "rows": _rows(found),
    }
    return render(request, "warning/series.html", context)


@never_cache
def back_test(request: HttpRequest) -> HttpResponse:
    """What each method would have said, on the records of an area or on an uploaded file."""
    actor = signed_in(request)
    area = area_of(request, actor)
    allow(request, SEE, path=area.path)
    plan = plans.in_force()
    level = plans.level_of(area.kind)
    watched = [s for s in _names() if level is not None and plan.watch_of(s, level)]
    signal = request.GET.get("signal", "")[:40] or (watched[0] if watched else "")
    context = {
        "area": area,
        "above": [a for a in areas.ancestors(area) if _reaches(actor, a)],
        "watched": watched,
        "signal": signal,
        "whence": replays.WHENCE,
        "event": request.POST.get("event", "") or request.GET.get("event", ""),
        "gaps": request.POST.get("gaps", ""),
        "lags": study.lags(actor, area, signal=signal),
    }
    try:
        if request.method == "POST":
            found = _uploaded(request)
        else:
            event = asked_day(request, "event")
            found = [
                replays.on_records(
                    actor, area, signal, plan, event_on=event, name=words.called(area)
                )
            ]
    except BadInput as problem:
        status = problem.status if request.method == "POST" or request.GET.get("event") else 200
        return render(request, "warning/back_test.html", {**context, "problem": problem},
                      status=status)  # fmt: skip
    shown = [(one, _replayed(one)) for one in found[:MOST_REPLAYED]]
    more = {"shown": shown, "n_more": len(found) - len(shown), "uploaded": request.method == "POST"}
    return render(request, "warning/back_test.html", {**context, **more})


def _uploaded(request: HttpRequest) -> list[Replay]:
    """Replay a file that was sent; raises BadInput naming the row and the remedy."""
    sent = request.FILES.get("file")
    if sent is None:
        raise BadInput(N_("Choose a file with a row a day: day, count, and perhaps area."))
    if (sent.size or 0) > MOST_UPLOAD:
        raise BadInput(N_("The file is larger than {most} MB. Use the command linli warn."),
                       most=MOST_UPLOAD // 1_000_000)  # fmt: skip
    gaps = request.POST.get("gaps", "")
    with TemporaryDirectory() as folder:
        kept = Path(folder) / (Path(sent.name or "").name[:80] or "counts.csv")
        kept.write_bytes(sent.read())
        counts = read(kept, gaps=Gaps(gaps) if gaps in set(Gaps) else Gaps.REFUSED)
    return replays.on_counts(counts, event=request.POST.get("event", "").strip()[:10])


def _replayed(one: Replay) -> str:
    """The counts, the day it was known, and a dot a method on the day of its first alarm."""
    bars = [(float(n), float(v)) for n, v in enumerate(one.counts) if v == v]
    top = max((v for _, v in bars), default=1.0) or 1.0
    drawn = []
    if one.event_on is not None:
        at = (one.event_on - one.first).days / one.step
        drawn.append(Series(gettext(N_("it was known")), [at, at], [0, top]))
    for n, said in enumerate(one.verdicts, 1):
        seen = said.first_on if one.event_on else next(iter(said.alarms), None)
        if seen is not None:
            x = (seen - one.first).days / one.step
            drawn.append(Series(str(said.method), [x], [top * n / (len(one.verdicts) + 1)],
                                dots=True))  # fmt: skip
    if not bars:
        return ""
    return mark_safe(lines(  # noqa: S308 - written by us, from numbers and escaped words
        one.name, drawn, bars=bars, bar_name=gettext(N_("count of a day")),
        y_label=gettext(N_("a day")),
        x_label=gettext("days since {first}").format(first=one.first),
    ))  # fmt: skip


def area_of(request: HttpRequest, actor: Actor) -> Area:
    """The area asked for; if none, the widest that this person answers for."""
    given = id_of(request.GET.get("area", ""))
    if given is not None:
        return areas.get(given)
    held = [h.path for h in actor.holds(roles_for(SEE)) if h.role not in OWNERS]
    wanted = min(held, key=lambda p: (len(p), p), default="")
    found = Area.objects.filter(path=wanted).first() or Area.objects.filter(parent=None).first()
    return found if found is not None else areas.get(0)


def asked_day(request: HttpRequest, name: str = "day") -> date | None:
    """The day asked for, if one is; raises BadInput."""
    text = request.GET.get(name, "")
    return day_of(text) if text else None


def _reaches(actor: Actor, area: Area) -> bool:
    return any(area.path.startswith(h.path) for h in actor.holds(roles_for(SEE)))


def _below(area: Area) -> list[Area]:
    rows = Area.objects.filter(parent=area, valid_until=None).order_by("path")
    return [one for one in rows if plans.level_of(one.kind) is not None][:MOST_BELOW]


def _names() -> list[str]:
    """Every signal there is a name for: one of each disease that the city has rules for."""
    found = list(signals.SIGNALS)
    for prefix in signals.OF_A_DISEASE:
        found += [f"{prefix}{code}" for code in words.diseases()]
    return found


def _signals(found: study.Board) -> list[str]:
    return sorted({line.row.signal for line in found.lines} | {lag.item.signal for lag in
                  found.lags.lags})  # fmt: skip


def _statuses(found: study.Board) -> list[tuple[int, BadInput]]:
    """How many series could not be told of, and why."""
    told = found.run.statuses if found.run else {}
    return [
        (n, BadInput(WHY[Status(code)], needs="-"))
        for code, n in sorted(told.items())
        if code not in (Status.OK, Status.ALL_ZERO)
    ]


def _spark(line: Line) -> str:
    past = line.row.past
    title = gettext("{area}, {signal}: from {first} to {day}").format(
        area=words.called(line.area), signal=words.signal(line.row.signal),
        first=past["first"], day=line.row.day,
    )  # fmt: skip
    drawn = spark(title, past["counts"], past["upper"], past["alarm"])
    return mark_safe(drawn)  # noqa: S308 - written by us, from numbers and escaped words


def _picture(found: Pictured) -> str:
    past = found.past

    def known(name: str) -> tuple[list[float], list[float]]:
        pairs = [(float(n), v) for n, v in enumerate(past[name]) if v is not None]
        return [n for n, _ in pairs], [v for _, v in pairs]

    bars = [(float(n), v) for n, v in enumerate(past["counts"]) if v is not None]
    drawn = [Series(gettext(name), *known(key)) for name, key in
             ((N_("expected"), "expected"), (N_("warns above"), "upper"))]  # fmt: skip
    loud = [(x, v) for (x, v) in bars if past["alarm"][int(x)]]
    drawn.append(Series(gettext(N_("stands out")), [x for x, _ in loud], [v for _, v in loud],
                        dots=True))  # fmt: skip
    shown = [one for one in drawn if one.x]
    if not bars and not shown:
        return ""
    return lines(
        f"{words.called(found.area)}: {words.signal(found.signal)}", shown, bars=bars,
        bar_name=gettext(N_("count of a day")), y_label=gettext(N_("a day")),
        x_label=gettext("days since {first}").format(first=past["first"]),
    )  # fmt: skip


def _rows(found: Pictured) -> list[tuple[date, float | None, float | None, float | None, bool]]:
    """The picture as a table, the newest day first."""
    first = date.fromisoformat(found.past["first"])
    days = [date.fromordinal(first.toordinal() + n) for n in range(len(found.past["counts"]))]
    columns = (found.past[name] for name in ("counts", "expected", "upper", "alarm"))
    return list(zip(days, *columns, strict=True))[::-1]


NAV = Nav(N_("Warnings"), "warning", roles_for(SEE), 10, Section.STUDIES)
URLS = [
    path("warning", board, name="warning"),
    path("warning/run", run, name="warning_run"),
    path("warning/series", series, name="warning_series"),
    path("warning/back-test", back_test, name="warning_back_test"),
]
