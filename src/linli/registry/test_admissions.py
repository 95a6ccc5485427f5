"""Whom does an administrator let in, and whom not?"""

from dataclasses import replace

import pytest
from allauth.mfa.models import Authenticator

from linli.audit.records import Record
from linli.errors import BadInput, NotAllowed, NotFound, Taken
from linli.policy.can import Actor, Holding
from linli.policy.roles import Role
from linli.registry import admissions
from linli.registry.accounts import Account
from tests.cast import City

pytestmark = pytest.mark.db


def of_oak(city: City) -> Actor:
    """An administrator of Oak Lane alone."""
    held = (Holding(Role.ADMINISTRATOR, city.areas["oak"].path),)
    return replace(city.actor("ann"), holdings=held)


def names(page) -> set[str]:
    return {account.username for account in page[0]}


def test_the_citys_administrator_finds_every_account_by_a_part_of_its_name(city: City):
    lou = city.actor("lou")

    assert {"cy", "eve", "gil"} <= names(admissions.listed(lou))
    assert names(admissions.listed(lou, text="CLE")) == {"cleo"}


def test_a_communitys_administrator_reaches_no_account_beyond_its_area(city: City):
    lane = of_oak(city)

    assert names(admissions.listed(lane)) == {"cy", "cleo", "bo", "sam", "pat", "gus", "quin"}
    for name in ("eve", "gil", "dee", "lou"):
        for act in (admissions.one, admissions.shut, admissions.link_for,
                    admissions.forget_second_factor):  # fmt: skip
            with pytest.raises(NotFound):
                act(lane, city.accounts[name].id)


def test_who_also_holds_a_post_elsewhere_is_beyond_the_area(city: City):
    from linli import clock
    from linli.registry import roster

    post = roster.Post.objects.get(role=Role.STREET_DUTY)
    roster.appoint(post, city.accounts["cy"], starts_at=clock.now(), deputy=True)

    assert "cy" not in names(admissions.listed(of_oak(city)))


@pytest.mark.parametrize("name", ["ann", "cy", "sam", "ida", "gil", "kim"])
def test_nobody_but_an_administrator_lists_makes_or_shuts_accounts(city: City, name: str):
    who = city.actor(name)

    with pytest.raises(NotAllowed):
        admissions.listed(who)
    with pytest.raises(NotAllowed):
        admissions.add(who, username="new", display_name="New")
    with pytest.raises(NotAllowed):
        admissions.shut(who, city.accounts["bo"].id)


def test_a_new_account_cannot_sign_in_before_its_link_is_used(city: City):
    lane = of_oak(city)

    made = admissions.add(lane, username="mei", display_name="梅")

    assert not made.has_usable_password()
    assert admissions.one(lane, made.id).account == made
    assert Record.objects.filter(act="add", kind="account", subject=str(made.id)).exists()


@pytest.mark.parametrize("username", ["", "x", "two words", "n" * 81, "nul\0l"])
def test_a_name_that_cannot_be_used_is_refused(city: City, username: str):
    with pytest.raises(BadInput):
        admissions.add(city.actor("lou"), username=username, display_name="N")


def test_a_name_in_use_is_told(city: City):
    with pytest.raises(Taken):
        admissions.add(city.actor("lou"), username="cy", display_name="Cy")


def test_a_residents_account_is_in_no_list_but_found_by_its_whole_name(city: City):
    Account.objects.filter(username="ann").update(person_id=1)
    lou = city.actor("lou")

    assert "ann" not in names(admissions.listed(lou))
    assert names(admissions.listed(lou, text="an")) & {"ann"} == set()
    assert names(admissions.listed(lou, text="ann")) == {"ann"}


def test_nobody_shuts_or_resets_the_own_account(city: City):
    lou = city.actor("lou")

    for act in (admissions.shut, admissions.link_for, admissions.forget_second_factor):
        with pytest.raises(admissions.OwnAccount):
            act(lou, city.accounts["lou"].id)


def test_a_link_takes_the_old_password_away(city: City):
    bo = city.accounts["bo"]
    bo.set_password("a-long-old-password")
    bo.save()

    path = admissions.link_for(city.actor("lou"), bo.id)

    bo.refresh_from_db()
    assert path.startswith("/account/password/reset/key/")
    assert not bo.has_usable_password()
    assert path.rpartition("-")[2].strip("/") not in str(Record.objects.values_list("detail"))


def test_a_second_factor_that_is_lost_is_forgotten_and_that_is_recorded(city: City):
    bo = city.accounts["bo"]
    Authenticator.objects.create(user=bo, type="totp", data={})

    assert admissions.one(city.actor("lou"), bo.id).second_factors == ("totp",)
    admissions.forget_second_factor(city.actor("lou"), bo.id)

    assert admissions.one(city.actor("lou"), bo.id).second_factors == ()
    assert Record.objects.filter(act="second_factor", subject=str(bo.id)).count() == 1
