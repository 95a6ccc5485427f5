"""The routes of the photos of a loop whose items keep some: add one, list them, fetch one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Path, Router, Status
from ninja.files import UploadedFile
from pydantic import BaseModel

from linli import clock
from linli.api.auth import actor_of
from linli.api.doors import Id, door, purpose_of
from linli.api.reading import refuse_no_text
from linli.loops import find
from linli.loops.loop import Loop
from linli.loops.photos import keep
from linli.loops.scene import Scene

JPEG = {200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}}


class PhotoSeen(BaseModel):
    """A photo without its picture: who added it when, its size in pixels, and its SHA-256."""

    model_config = {"from_attributes": True}

    id: int
    at: datetime
    added_by: int | None
    role: str
    caption: str
    width: int
    height: int
    digest: str


def write(router: Router, loop: Loop) -> None:
    """Write the three routes of a loop."""
    sees = door(f"{loop.name}.see_photos", roles=loop.seen_by, about_residents=loop.about_residents)

    def scene_of(request: HttpRequest, item_id: int) -> Scene:
        actor = actor_of(request)
        find.reach(actor, item_id, loop=loop, roles=loop.photographers)  # of this loop
        return Scene(actor, clock.now_s(), purpose_of(request) or "")

    @router.post(
        "/{item_id}/photos",
        response={201: PhotoSeen},
        operation_id=f"{loop.name}_photograph",
        summary="Add a photo; where it was taken and with what is not kept",
        openapi_extra=door(
            f"{loop.name}.photograph",
            roles=loop.photographers,
            about_residents=loop.about_residents,
        ),
    )
    def add(
        request: HttpRequest,
        item_id: Path[Id],
        file: File[UploadedFile],
        caption: str = Form("", max_length=200),
        uid: UUID | None = Form(None),  # noqa: B008 - ninja is told of a default so
    ) -> Any:
        refuse_no_text(caption)
        refuse_no_text(file.name or "")
        scene = scene_of(request, item_id)
        name = file.name or "file"
        return Status(201, keep.add(scene, item_id, file, name, caption=caption, uid=uid))

    @router.get(
        "/{item_id}/photos",
        response=list[PhotoSeen],
        operation_id=f"{loop.name}_photos",
        summary="The photos of the item, without the pictures",
        openapi_extra=sees,
    )
    def listed(request: HttpRequest, item_id: Path[Id]) -> Any:
        return keep.of_item(scene_of(request, item_id), item_id)

    @router.get(
        "/{item_id}/photos/{photo_id}",
        operation_id=f"{loop.name}_photo",
        summary="A photo itself, as JPEG; the look is recorded",
        openapi_extra={**sees, "responses": JPEG},
    )
    def one(request: HttpRequest, item_id: Path[Id], photo_id: Path[Id]) -> Any:
        picture = keep.shown(scene_of(request, item_id), item_id, photo_id)
        return HttpResponse(picture, content_type="image/jpeg")
