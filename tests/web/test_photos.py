"""A photo comes in by the item's page, by the API and at the prompt, and is seen by few."""

import json
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from PIL import Image
from typer.testing import CliRunner

from linli import clock
from linli.cli.main import app
from linli.loops.disinfections import watch
from linli.loops.ledger import Item
from linli.loops.photos.picture import MOST_BYTES
from linli.loops.photos.tables import Photo
from tests.callers import still, token_for
from tests.cast import EVENING, City

pytestmark = pytest.mark.django_db


def a_jpeg() -> BytesIO:
    """A small photo."""
    written = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(written, "JPEG")
    written.name, _ = "lift.jpg", written.seek(0)  # type: ignore[attr-defined]
    return written


def as_(city: City, who: str) -> Client:
    """A browser in which somebody has signed in, with a second factor."""
    client = Client(headers={"Authorization": f"Bearer {token_for(city.accounts[who])}"})
    client.force_login(city.accounts[who])
    return client


@pytest.fixture
def sheet(city: City, settings) -> Item:
    """A lift to be disinfected tonight, done only with a photo."""
    settings.SECOND_FACTOR = False
    still()
    day = clock.day(clock.moment(EVENING))
    watch.plan(city.actor("sam"), city.areas["oak"], "Lift", first_day=day, photo=True)
    watch.chore(EVENING)
    return Item.objects.get(title="Lift")


def test_a_photo_is_added_and_shown_on_the_page(city: City, sheet: Item) -> None:
    sam = as_(city, "sam")
    before = sam.get(f"/items/{sheet.id}").content.decode()
    assert "完成时须有照片为证" in before

    sam.post(f"/items/{sheet.id}/photos", {"file": a_jpeg(), "caption": "Wiped"})
    page = sam.get(f"/items/{sheet.id}").content.decode()

    photo = Photo.objects.get()
    assert f"/items/{sheet.id}/photos/{photo.id}" in page
    assert 'alt="Wiped"' in page
    assert "完成时须有照片为证" not in page
    answer = sam.get(f"/items/{sheet.id}/photos/{photo.id}")
    assert (answer["Content-Type"], answer.content[:2]) == ("image/jpeg", b"\xff\xd8")


def test_no_photo_and_too_large_a_photo_are_told_and_nothing_is_kept(
    city: City, sheet: Item
) -> None:
    sam = as_(city, "sam")
    address = f"/items/{sheet.id}/photos"

    none = sam.post(address, {"caption": "x"})
    text = sam.post(address, {"file": BytesIO(b"words")})
    large = sam.post(address, {"file": BytesIO(b"x" * (MOST_BYTES + 2**21))})

    assert [none.status_code, text.status_code, large.status_code] == [422, 422, 413]
    assert not Photo.objects.exists()


def test_api_and_prompt_keep_the_same_photo(city: City, sheet: Item, tmp_path: Path) -> None:
    sam, file, out = as_(city, "sam"), tmp_path / "lift.jpg", tmp_path / "out.jpg"
    file.write_bytes(a_jpeg().read())
    sent = sam.post(f"/api/disinfections/{sheet.id}/photos", {"file": a_jpeg(), "caption": "A"})
    run = CliRunner()

    added = run.invoke(app, ["photo", "add", str(sheet.id), str(file), "--as", "sam", "--json"])
    run.invoke(app, ["photo", "fetch", str(sheet.id), str(sent.json()["id"]), str(out),
                     "--as", "sam"])  # fmt: skip
    listed = sam.get(f"/api/disinfections/{sheet.id}/photos").json()

    assert sent.status_code == 201
    assert [p["digest"] for p in listed] == [sent.json()["digest"]] * 2
    assert json.loads(added.stdout)["digest"] == sent.json()["digest"]
    assert Image.open(out).size == (40, 30)
    assert as_(city, "eve").get(f"/api/disinfections/{sheet.id}/photos").status_code == 404
