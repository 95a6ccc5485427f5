"""The demonstration's clock: let it run faster, or stand still. Elsewhere nobody turns it."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme

from linli import clock
from linli.registry import dial
from linli.web.page import SPEEDS


def turn(request: HttpRequest) -> HttpResponse:
    """Set the speed, and go back to the page one came from."""
    if not settings.DEMO:
        raise Http404
    given = request.POST.get("speed", "")
    if request.method == "POST" and given in {str(speed) for speed in SPEEDS}:
        dial.turn(dial.find().turned(clock.wall_now(), speed=float(given)))
    address = request.POST.get("next", "/")
    ours = url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()})
    return redirect(address if ours else "/")


URLS = [path("clock", turn, name="clock")]
