"""Whose record was opened in an emergency: by whom, why, and is it still open?

The unit's desk and the auditor see those of their areas, and everybody those about oneself and
one's own.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache

from linli import clock
from linli.policy.roles import NAMES, Role
from linli.registry import grants
from linli.registry.areas import Area
from linli.web.page import id_of, signed_in

GRANTS_A_PAGE = 50


@never_cache
def opened(request: HttpRequest) -> HttpResponse:
    """The newest first; the open ones are marked."""
    actor = signed_in(request)
    rows = grants.grants_seen_by(
        actor, before=id_of(request.GET.get("after", "")), most=GRANTS_A_PAGE
    )
    now = clock.now()
    places = {a.path: a for a in Area.objects.filter(path__in={row["path"] for row in rows})}
    context = {
        "rows": [
            {
                **row,
                "role": NAMES.get(Role(row["role"]), ""),
                "place": places.get(row["path"]),
                "open": row["ends_at"] > now,
                "me": row["person_id"] == actor.person_id,
            }
            for row in rows
        ],
        "after": rows[-1]["id"] if len(rows) == GRANTS_A_PAGE else None,
        "hours": grants.GRANT_HOURS,
    }
    return render(request, "registry/opened.html", context)


URLS = [path("registry/opened", opened, name="opened")]
