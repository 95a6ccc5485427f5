"""A session means the same at every door."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser

from linli import clock
from linli.policy.roles import Role
from linli.registry.signed_in import actor_of
from tests.cast import EVENING, City


@pytest.fixture(autouse=True)
def evening() -> None:
    clock.follow(lambda: clock.Dial(shown=EVENING, speed=0))


def request(user: object, **session: object) -> SimpleNamespace:
    return SimpleNamespace(user=user, session=session)


def test_nobody_signed_in_is_a_visitor(settings):
    settings.DEMO = False

    actor = actor_of(request(AnonymousUser()))

    assert (actor.id, {h.role for h in actor.holdings}) == (None, {Role.VISITOR})


def test_a_demonstration_is_an_exercise_for_visitors_too(settings):
    settings.DEMO = True

    assert actor_of(request(AnonymousUser())).exercise


def test_a_worker_holds_the_post_of_the_roster_and_is_a_resident_as_well(city: City, settings):
    settings.SECOND_FACTOR = False

    actor = actor_of(request(city.accounts["cy"]))

    assert {h.role for h in actor.holdings} == {Role.GRID_WORKER, Role.RESIDENT}
    assert actor.two_factor


def test_the_second_factor_counts_only_for_the_session_that_showed_it(city: City, settings):
    settings.SECOND_FACTOR = True
    sam = city.accounts["sam"]
    shown = [{"method": "password"}, {"method": "mfa", "type": "totp"}]
    own, other = str(sam.pk), str(sam.pk + 1)

    without = request(sam, _auth_user_id=own, account_authentication_methods_user=own)
    theirs = request(
        sam,
        _auth_user_id=own,
        account_authentication_methods=shown,
        account_authentication_methods_user=other,
    )
    ours = request(
        sam,
        _auth_user_id=own,
        account_authentication_methods=shown,
        account_authentication_methods_user=own,
    )

    assert [actor_of(r).two_factor for r in (without, theirs, ours)] == [False, False, True]
