"""Does a list of work open each item for a purpose that its reader may have?"""

import pytest
from django.test import Client

from linli import clock
from linli.loops import find
from linli.loops.ledger import Item
from tests.web.furnished import Furnished

pytestmark = pytest.mark.db


@pytest.mark.parametrize(("who", "purpose"), [("hal", "care"), ("sam", "service")])
def test_work_of_each_role_opens_for_a_purpose_of_that_role(here: Furnished, who, purpose):
    account = here.city.accounts[who]
    # placements have no page of their own, and clinicians, secretaries and commanders see them
    Item.objects.filter(id=here.asked.item_id).update(
        holder_id=account.id,
        loop="placement",
        stage="needed",
        item_class="treatment",
        kind="",
        clock_id=None,
        due_at=None,
        next_c=None,
        data={"person_id": here.ids["person"]},
    )
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")

    page = client.get("/work").content.decode()

    assert f"/items/{here.asked.item_id}?purpose={purpose}" in page
    seen = find.item_for(
        here.city.actor(who), here.asked.item_id, now=clock.now_s(), purpose=purpose
    )
    assert seen.loop.name == "placement"
