"""Somebody gives without an account, and sees by the code where the gift went (S100)."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from linli import clock
from linli.loops.ledger import Item
from linli.registry.organisations import Organisation
from tests.bedside import Bedside
from tests.cast import EVENING, City
from tests.web.test_transfers import browser, text

pytestmark = pytest.mark.db


def test_a_gift_is_followed_from_the_form_to_the_receipt(city: City, settings: Any) -> None:
    settings.SECOND_FACTOR = False
    clock.follow(lambda: clock.Dial(shown=EVENING + 60, speed=0))
    oak = city.areas["oak"]
    army = Organisation.objects.create(
        kind="army", name_zh="驻军", area=oak, path=oak.path, valid_from=date(2020, 1, 1)
    )
    donor = Client(headers={"accept-language": "en"})
    bo = browser(Bedside(city), "bo")

    said = {"area": oak.id, "what": "Beds", "quantity": "40", "donor": "Mei"}
    nothing = donor.post("/donations/give", {**said, "item_class": ""})
    given = donor.post("/donations/give", {**said, "item_class": "goods"}).content.decode()
    code = re.search(r'class="token"[^>]*>([^<]+)<', given)
    item = Item.objects.get(loop="donation")
    step = f"/items/{item.id}/steps/count_in"
    bo.post(step, {"quantity_received": "40", "kept_at": "The hall"})
    bo.post(f"/items/{item.id}/steps/share", {"organisation_id": army.id, "quantity": "40"})
    handover = Item.objects.get(loop="handover").id
    bo.post(f"/items/{handover}/steps/name_receiver", {"receiver": "Captain Lu"})
    bo.post(f"/items/{handover}/steps/receive", {"quantity_received": "40"})
    bo.post(f"/items/{item.id}/steps/give_out")

    assert "Choose what it is." in text(nothing)
    assert code is not None
    seen = text(donor.post("/donations/follow", {"token": code[1]}))
    assert "Every part of it has arrived. Thank you." in seen
    assert f"驻军 40 received, with a receipt No. {handover}: 40" in seen
    assert "Captain Lu" not in seen
    kept = text(bo.get(f"/donations/{item.id}/trace?purpose=service"))
    assert "Captain Lu" in kept
    assert "no donation" in text(donor.post("/donations/follow", {"token": "x"})).lower()
