"""Who adds a photo to an item, and who sees it? Whoever may take a step adds; whoever sees, sees.

A look at a photo is written down as a look at its item is.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from linli import uids
from linli.audit.records import record
from linli.errors import N_, BadInput, NotFound, Problem, Taken, Word
from linli.loops import catalogue, write
from linli.loops.loop import Loop, State
from linli.loops.photos.picture import Readable, made_small
from linli.loops.photos.tables import Photo
from linli.loops.scene import Scene
from linli.loops.standing import Standing
from linli.policy.can import Ask, Holding, can
from linli.policy.roles import Purpose

MOST_OF_AN_ITEM = 12


class NotPhotographed(BadInput):
    """The loop has no photos."""

    code = "not_photographed"
    sentence = N_("No photos are kept with a {loop}.")


class ItemClosed(Problem):
    """The item is closed, so nothing is added to it."""

    code = "item_closed"
    status = 409
    sentence = N_("Item {item} is closed: its evidence stays as it is. Add the photo before.")


class TooManyPhotos(BadInput):
    """An item has as many photos as are kept."""

    code = "too_many_photos"
    sentence = N_("There are {most} photos already. More are not kept with one item.")


@dataclass(frozen=True)
class Seen:
    """What is told of a photo beside the picture."""

    id: int
    at: Any
    added_by: int | None
    role: str
    caption: str
    width: int
    height: int
    digest: str


TOLD = ("id", "at", "added_by", "role", "caption", "width", "height", "digest")


def add(
    scene: Scene, item_id: int, file: Readable, name: str, *, caption: str = "",
    uid: UUID | None = None,
) -> Seen:  # fmt: skip
    """Add a photo to an open item; the same uid again is once.

    Raises NotFound for what lies out of sight, NotAllowed, ItemClosed, TooManyPhotos, NoPhoto,
    PhotoTooLarge; Taken for an uid that another item's photo bears.
    """
    item, loop = _item(scene, item_id)
    holding = _may(scene, item, loop, "photograph")
    if uid is not None and (known := Photo.objects.filter(uid=uid).first()):
        if known.item_id != item_id:
            raise Taken(what=Word(N_("The photo")), value=uid)
        return _seen(known)
    picture = made_small(file, name)
    with transaction.atomic():
        current = write.load(item_id)  # locked, so that nobody closes it meanwhile
        if current is None or current.state == State.CLOSED:
            raise ItemClosed(item=item_id)
        if Photo.objects.filter(item_id=item_id).count() >= MOST_OF_AN_ITEM:
            raise TooManyPhotos(most=MOST_OF_AN_ITEM)
        made = Photo.objects.create(
            uid=uid or uids.fresh(), item_id=item_id, path=item.path, at=scene.now,
            added_by=scene.actor.id, role=holding.role, caption=caption.strip()[:200],
            width=picture.width, height=picture.height, digest=picture.digest,
            picture=picture.jpeg, exercise=scene.actor.exercise,
        )  # fmt: skip
        detail = {"item": item_id, "digest": picture.digest}
        record(scene.actor, "add", "photo", made.id, holding=holding, purpose=scene.purpose or None,
               path=item.path, detail=detail)  # fmt: skip
    made.refresh_from_db(fields=["at"])
    return _seen(made)


def of_item(scene: Scene, item_id: int) -> list[Seen]:
    """What is told of an item's photos, in the order they came; no picture is shown yet."""
    item, loop = _item(scene, item_id)
    _may(scene, item, loop, "see_photos")
    return [Seen(*row) for row in _rows(item_id).values_list(*TOLD)]


def shown(scene: Scene, item_id: int, photo_id: int) -> bytes:
    """A photo itself, as JPEG; the look is recorded. Raises NotFound, NotAllowed."""
    item, loop = _item(scene, item_id)
    holding = _may(scene, item, loop, "see_photos")
    found = _rows(item_id).filter(id=photo_id).values_list("picture", flat=True).first()
    if found is None:
        raise NotFound(what=Word(N_("photo")), value=photo_id)
    record(scene.actor, "see", "photo", photo_id, holding=holding, purpose=scene.purpose or None,
           path=item.path, detail={"item": item_id})  # fmt: skip
    return bytes(found)


def _rows(item_id: int) -> Any:
    return Photo.objects.filter(item_id=item_id).order_by("id")


def _seen(row: Photo) -> Seen:
    return Seen(*(getattr(row, name) for name in TOLD))


def _item(scene: Scene, item_id: int) -> tuple[Standing, Loop]:
    """The item and its loop; what is out of sight sounds as what is not there."""
    item = write.load(item_id, lock=False)
    if item is not None and bool(item.exercise) == scene.actor.exercise:
        loop = catalogue.get(item.loop)
        held = scene.actor.holds(loop.seen_by | loop.photographers)
        if any(item.path.startswith(h.path) for h in held):
            if not loop.photos:
                raise NotPhotographed(loop=Word(loop.label))
            return item, loop
    raise NotFound(what=Word(N_("item")), value=item_id)


def _may(scene: Scene, item: Standing, loop: Loop, verb: str) -> Holding:
    roles = loop.photographers if verb == "photograph" else loop.seen_by
    purpose = Purpose(scene.purpose) if scene.purpose else None
    ask = Ask(f"{loop.name}.{verb}", roles, item.path, purpose, loop.about_residents)
    return can(scene.actor, ask).required()
