"""The photos of an item: one is added from its page, and shown to whoever sees the item."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from linli import clock
from linli.errors import N_, BadInput
from linli.loops import find
from linli.loops.photos import keep
from linli.loops.scene import Scene
from linli.policy.can import usual_purpose
from linli.web import purposes
from linli.web.page import signed_in, uid_of


def add(request: HttpRequest, item_id: int) -> HttpResponse:
    """A photo comes in with the item's form, and the page shows it."""
    if request.method != "POST":
        return redirect("item", item_id=item_id)
    scene = _scene(request, item_id)
    file = request.FILES.get("file")
    if file is None:
        raise BadInput(N_("No photo came with it. Choose or take one."))
    caption, name = request.POST.get("caption", ""), file.name or "file"
    keep.add(scene, item_id, file, name, caption=caption, uid=uid_of(request))
    messages.success(request, gettext("The photo is there."))
    return redirect("item", item_id=item_id)


@never_cache
def photo(request: HttpRequest, item_id: int, photo_id: int) -> HttpResponse:
    """The photo itself."""
    picture = keep.shown(_scene(request, item_id), item_id, photo_id)
    return HttpResponse(picture, content_type="image/jpeg")


def _scene(request: HttpRequest, item_id: int) -> Scene:
    actor = signed_in(request)
    purpose = purposes.of(request) or usual_purpose(actor, find.seen_by(item_id)) or ""
    return Scene(actor, clock.now_s(), purpose)


URLS = [
    path("items/<int:item_id>/photos", add, name="photos"),
    path("items/<int:item_id>/photos/<int:photo_id>", photo, name="photo"),
]
