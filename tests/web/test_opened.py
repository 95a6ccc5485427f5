"""Do opened records, merges and second answers each have their list, and for whom?"""

import pytest
from django.test import Client

from linli.loops.ledger import Item
from linli.registry import grants, merges
from linli.registry.accounts import Account
from linli.registry.merges import Merge
from linli.registry.person import Person
from tests.cast import EVENING, HOUR
from tests.web.furnished import Furnished, ask

pytestmark = pytest.mark.db
REASON = "She fainted in our street and nobody knows her medicine"


def as_(here: Furnished, who: str, language: str = "en") -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(
        here.city.accounts[who], backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def eve_opens(here: Furnished, at: int = EVENING) -> None:
    grants.break_glass(here.city.actor("eve"), here.ids["person"], reason=REASON, now=at)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_unit_the_person_and_who_did_it_read_by_whom_and_why(here, language):
    Account.objects.filter(username="ann").update(person_id=here.ids["person"])
    eve_opens(here)

    pages = {who: as_(here, who, language).get("/registry/opened").content.decode()
             for who in ("sam", "ann", "eve", "kim")}  # fmt: skip

    for who, text in pages.items():
        assert REASON in text, who
        assert "Eve" in text, who
        assert ("still open" if language == "en" else "仍在开放") in text, who
    assert ("Your own record" in pages["ann"]) == (language == "en")


def test_nobody_else_reads_of_it_and_after_three_hours_it_is_not_open(here):
    eve_opens(here, at=EVENING - 4 * HOUR)

    assert "still open" not in as_(here, "sam").get("/registry/opened").content.decode()
    for who in ("cy", "ann", "hal", "jo", "lou"):
        assert REASON not in as_(here, who).get("/registry/opened").content.decode(), who


def test_a_notice_of_an_opened_record_leads_to_the_list(here):
    from linli.jobs import outbox

    eve_opens(here)
    outbox.send(now=EVENING + HOUR)

    assert 'href="/registry/opened"' in as_(here, "sam").get("/notices").content.decode()


def test_a_merge_is_listed_and_taken_back_by_a_tap(here):
    ida = as_(here, "ida")
    done = merges.merge(here.city.actor("ida"), here.ids["again"], here.ids["person"], now=EVENING)
    address = "/registry/merges?purpose=registry"
    assert "Take it back" in ida.get(address).content.decode()

    ida.post(f"/registry/merges/{done.id}/undo")

    assert Person.objects.get(id=here.ids["again"]).survivor_id is None
    assert Merge.objects.get(id=done.id).undone_by == here.city.accounts["ida"].id
    text = ida.get(address).content.decode()
    assert "Take it back" not in text
    assert "Ida" in text
    assert ida.post(f"/registry/merges/{done.id}/undo").status_code == 409


def test_nobody_but_the_data_office_sees_or_takes_back_merges(here):
    done = merges.merge(here.city.actor("ida"), here.ids["again"], here.ids["person"], now=EVENING)

    for who in ("ann", "cy", "sam", "gil", "kim", "lou", "eve"):
        client = as_(here, who)
        assert client.get("/registry/merges?purpose=registry").status_code == 403, who
        assert client.post(f"/registry/merges/{done.id}/undo").status_code == 403, who
    assert Person.objects.get(id=here.ids["again"]).survivor_id == here.ids["person"]


def closed_and_asked(here: Furnished, word: str, n: int) -> None:
    """Some requests as they stand after the second word; the steps have tests of their own."""
    ids = [ask(here.city, "noise", f"{word} {i}").item_id for i in range(n)]
    Item.objects.filter(id__in=ids).update(
        state="closed", back_check=word, replied_at=EVENING, closed_at=EVENING
    )


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_board_tells_how_often_the_second_word_differs_and_opens_the_list(here, language):
    closed_and_asked(here, "agrees", 9)
    closed_and_asked(here, "differs", 3)
    closed_and_asked(here, "asked", 2)
    bo, oak = as_(here, "bo", language), here.city.areas["oak"]

    text = bo.get(f"/board?area={oak.id}").content.decode()

    assert "25 %" in text, "3 of 12"
    link = f"/items?area={oak.id}&amp;loop=request&amp;state=closed&amp;back_check=differs"
    assert link in text
    listed = bo.get(link.replace("&amp;", "&") + "&purpose=service").content.decode()
    assert listed.count("differs ") == 3
    assert "agrees " not in listed


def test_fewer_than_ten_second_words_tell_no_rate(here):
    closed_and_asked(here, "differs", 3)

    text = as_(here, "bo").get("/board").content.decode()

    assert text.split("Said otherwise when asked again")[1].split("</tr>")[0].count("too few") == 1
