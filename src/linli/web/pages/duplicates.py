"""Are these two records one person? The pairs that wait for somebody to decide."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from linli import clock
from linli.errors import N_, BadInput
from linli.registry import duplicates, merges
from linli.registry.accounts import Account
from linli.registry.kinds import KINDS
from linli.web import purposes
from linli.web.columns import LABELS, areas_named, cells
from linli.web.page import id_of, signed_in

COMPARED = ("name", "sex", "birth_date", "phone", "document", "area_id", "source", "as_of")
EVIDENCE = {
    "name": N_("same name"),
    "birth_date": N_("same date of birth"),
    "phone": N_("same phone"),
    "document": N_("same document"),
    "code": N_("same code"),
    "household": N_("same household"),
}


@never_cache
def pairs(request: HttpRequest) -> HttpResponse:
    """The pairs within this person's reach, the most alike first, side by side."""
    actor = signed_in(request)
    page = duplicates.waiting(
        actor, purpose=purposes.of(request), after=request.GET.get("after", "")[:60] or None
    )
    kind = KINDS["people"]
    named = areas_named([p[side] for p in page.rows for side in ("first", "second")])
    shown = [
        (
            pair,
            [EVIDENCE.get(word, word) for word in pair["evidence"]],
            list(
                zip(
                    [LABELS.get(c, c) for c in COMPARED],
                    cells(kind, pair["first"], COMPARED, named),
                    cells(kind, pair["second"], COMPARED, named),
                    strict=True,
                )
            ),
        )
        for pair in page.rows
    ]
    return render(request, "registry/pairs.html", {"pairs": shown, "after": page.after})


def decide(request: HttpRequest, pair_id: int) -> HttpResponse:
    """One person, and which record stays; or two people."""
    if request.method != "POST":
        return redirect("pairs")
    answer = request.POST.get("answer", "")
    kept = id_of(answer)
    if kept is None and answer != "different":
        raise BadInput(N_("Say whether they are one person, and which record stays."))
    duplicates.decide(
        signed_in(request), pair_id, same=kept is not None, now=clock.now_s(), survivor_id=kept
    )
    said = gettext("Merged; it can be taken back.") if kept else gettext("Kept as two people.")
    messages.success(request, said)
    return redirect("pairs")


@never_cache
def merged(request: HttpRequest) -> HttpResponse:
    """What was merged, by whom and when; each can be taken back once."""
    actor = signed_in(request)
    rows = merges.listed(
        actor, purpose=purposes.of(request), before=id_of(request.GET.get("after", ""))
    )
    who = {n for row in rows for n in (row.account_id, row.undone_by) if n is not None}
    names = dict(Account.objects.filter(id__in=who).values_list("id", "display_name"))
    context = {
        "rows": [
            (row, names.get(row.account_id or 0, ""), names.get(row.undone_by or 0, ""))
            for row in rows
        ],
        "after": rows[-1].id if len(rows) == merges.MERGES_A_PAGE else None,
    }
    return render(request, "registry/merges.html", context)


def unmerge(request: HttpRequest, merge_id: int) -> HttpResponse:
    """Make two people of a merge again."""
    if request.method == "POST":
        merges.undo(signed_in(request), merge_id, now=clock.now_s())
        messages.success(request, gettext("The merge is taken back: they are two people again."))
    return redirect("merges")


URLS = [
    path("registry/merges", merged, name="merges"),
    path("registry/merges/<int:merge_id>/undo", unmerge, name="unmerge"),
    path("registry/duplicates", pairs, name="pairs"),
    path("registry/duplicates/<int:pair_id>", decide, name="decide_pair"),
]
