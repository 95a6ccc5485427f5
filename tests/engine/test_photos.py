"""A photo shows that work was done, and nothing of who took it where."""

from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

from linli import clock
from linli.audit.records import Record
from linli.errors import BadInput, GateShut, NotAllowed, NotFound
from linli.loops import forget
from linli.loops.advance import advance
from linli.loops.disinfections import watch
from linli.loops.keeping import CLOSED_DAYS
from linli.loops.ledger import Item
from linli.loops.photos import keep, picture
from linli.loops.photos.tables import Photo
from tests.cast import EVENING, HOUR, City

DAY = 24 * HOUR
DONE = {"agent": "chlorine", "parts": "stairs and lift"}
GPS, ORIENTATION, MODEL = 0x8825, 0x0112, 0x0110


def taken(size: tuple[int, int] = (64, 32), form: str = "JPEG", turned: bool = False) -> BytesIO:
    """A photo as a telephone sends it, with its place and make in it."""
    exif = Image.Exif()
    exif[MODEL] = "A telephone"
    exif.get_ifd(GPS)[2] = (30.0, 35.0, 1.5)
    if turned:
        exif[ORIENTATION] = 6  # held upright: to be turned by a quarter
    written = BytesIO()
    Image.new("RGB", size, "teal").save(written, form, exif=exif)
    return BytesIO(written.getvalue())


def test_place_and_make_of_the_telephone_are_not_kept() -> None:
    made = picture.made_small(taken(), "stairs.jpg")

    found = Image.open(BytesIO(made.jpeg))
    assert (found.format, dict(found.getexif()), found.info.get("exif")) == ("JPEG", {}, None)
    assert b"telephone" not in made.jpeg


def test_a_photo_is_turned_upright_and_made_small() -> None:
    made = picture.made_small(taken((3200, 1000), turned=True), "gate.jpg")

    assert (made.width, made.height) == (500, 1600)


def test_what_is_clear_in_a_drawing_becomes_white() -> None:
    written = BytesIO()
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(written, "PNG")

    made = picture.made_small(BytesIO(written.getvalue()), "plan.png")

    assert Image.open(BytesIO(made.jpeg)).getpixel((1, 1)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (b"", picture.NoPhoto),
        (b"%PDF-1.7 and so on", picture.NoPhoto),
        (taken().getvalue()[:200], picture.NoPhoto),
        (taken(form="GIF").getvalue(), picture.NoPhoto),
        (b"x" * (picture.MOST_BYTES + 1), picture.PhotoTooLarge),
        (taken((9000, 7000), "PNG").getvalue(), picture.PhotoTooLarge),
    ],
    ids=["empty", "no picture", "cut off", "a GIF", "too many bytes", "too many pixels"],
)
def test_what_is_no_photo_is_told_in_a_sentence(given: bytes, problem: type[BadInput]) -> None:
    with pytest.raises(problem):
        picture.made_small(BytesIO(given), "stairs.jpg")


@pytest.fixture
def sheet(city: City) -> Item:
    """Tonight's disinfection of a lift, with a photo asked for."""
    oak = city.areas["oak"]
    watch.plan(city.actor("sam"), oak, "Lift", first_day=clock.day(clock.moment(EVENING)),
               photo=True)  # fmt: skip
    watch.chore(EVENING)
    return Item.objects.get(title="Lift")


def add(city: City, item: Item, who: str = "sam", **options: Any) -> keep.Seen:
    """Somebody adds a photo."""
    return keep.add(city.scene(who), item.id, taken(), "lift.jpg", **options)


@pytest.mark.db
def test_done_waits_for_the_photo_that_was_asked_for(city: City, sheet: Item) -> None:
    with pytest.raises(GateShut, match="photo"):
        advance(sheet.id, "do", city.scene("sam"), data=DONE)
    add(city, sheet, caption="The lift, wiped")

    moved = advance(sheet.id, "do", city.scene("sam"), data=DONE)

    assert moved.stage == "done"
    assert [p.caption for p in keep.of_item(city.scene("kim"), sheet.id)] == ["The lift, wiped"]


@pytest.mark.db
def test_a_photo_sent_twice_is_one_and_its_digest_is_in_the_audit(city: City, sheet: Item) -> None:
    uid = uuid4()

    first, again = add(city, sheet, uid=uid), add(city, sheet, uid=uid)

    assert first == again
    added = Record.objects.get(act="add", kind="photo")
    assert added.detail == {"item": sheet.id, "digest": first.digest}
    assert keep.shown(city.scene("bo"), sheet.id, first.id).startswith(b"\xff\xd8")
    assert Record.objects.filter(act="see", kind="photo", subject=str(first.id)).count() == 1


@pytest.mark.db
def test_who_does_not_see_the_item_sees_no_photo(city: City, sheet: Item) -> None:
    made = add(city, sheet)

    for who in ("ann", "eve", "quin", "jo"):
        with pytest.raises(NotFound):
            keep.shown(city.scene(who), sheet.id, made.id)
    with pytest.raises(NotAllowed):
        add(city, sheet, "kim")  # the auditor sees, and adds nothing


@pytest.mark.db
def test_what_is_closed_stays_as_it_was_and_twelve_are_enough(city: City, sheet: Item) -> None:
    for _ in range(keep.MOST_OF_AN_ITEM):
        add(city, sheet)
    with pytest.raises(keep.TooManyPhotos):
        add(city, sheet)
    advance(sheet.id, "do", city.scene("sam"), data=DONE)

    with pytest.raises(keep.ItemClosed):
        add(city, sheet)
    assert Photo.objects.count() == keep.MOST_OF_AN_ITEM


@pytest.mark.db
def test_photos_go_when_their_time_is_over(city: City, sheet: Item) -> None:
    add(city, sheet)

    forget.forget(EVENING + (CLOSED_DAYS - 1) * DAY)
    assert Photo.objects.count() == 1
    forget.forget(EVENING + (CLOSED_DAYS + 1) * DAY)

    assert Photo.objects.count() == 0
