"""A token lends an account to a machine: told once, ended, and within its maker's reach."""

from dataclasses import replace

import pytest

from linli import clock
from linli.errors import NotAllowed, NotFound
from linli.policy.can import Holding
from linli.policy.roles import Role
from linli.registry import admissions, tokens
from linli.registry.accounts import Account
from linli.registry.roster import Assignment, Post, appoint, relieve
from tests.callers import still
from tests.cast import EVENING, City

DAY_S = 86_400


@pytest.fixture(autouse=True)
def evening() -> None:
    still()


def test_a_token_stands_for_its_account_until_it_ends_or_is_revoked(city: City) -> None:
    lou = city.actor("lou")
    made, text = tokens.issue(city.accounts["bo"], label="app", days=2, by=lou, wall=0)

    assert tokens.account_of(text, wall=2 * DAY_S - 1) == city.accounts["bo"]
    with pytest.raises(tokens.TokenUnknown):
        tokens.account_of(text, wall=2 * DAY_S)
    tokens.revoke(made.id, by=lou, wall=DAY_S)
    with pytest.raises(tokens.TokenUnknown):
        tokens.account_of(text, wall=DAY_S)


def test_one_statement_finds_the_same_actor_as_account_and_roster_do(city: City) -> None:
    for name in ("ann", "bo", "cy"):
        _, text = tokens.issue(city.accounts[name], label="app", days=2, by=city.actor("lou"))

        found = tokens.bearer_of(text, at=EVENING, exercise=False)

        assert found == city.actor(name)
    relieve(Assignment.objects.get(account=city.accounts["bo"]), at=clock.moment(EVENING))
    _, text = tokens.issue(city.accounts["bo"], label="app", days=2, by=city.actor("lou"))
    assert tokens.bearer_of(text, at=EVENING, exercise=False) == city.actor("bo")


def test_a_token_that_is_unknown_ended_or_of_somebody_gone_finds_nobody(city: City) -> None:
    lou = city.actor("lou")
    _, text = tokens.issue(city.accounts["bo"], label="app", days=2, by=lou, wall=0)

    for given, wall in (("linli_guess", 0), (text, 2 * DAY_S)):
        with pytest.raises(tokens.TokenUnknown):
            tokens.bearer_of(given, at=EVENING, exercise=False, wall=wall)
    Account.objects.filter(username="bo").update(is_active=False)
    with pytest.raises(tokens.TokenUnknown):
        tokens.bearer_of(text, at=EVENING, exercise=False, wall=0)


def test_a_token_never_lends_a_post_beyond_the_reach_of_whoever_made_it(city: City) -> None:
    oak = city.areas["oak"]
    local = replace(city.actor("lou"), holdings=(Holding(Role.ADMINISTRATOR, oak.path),))
    _, text = tokens.issue(city.accounts["bo"], label="app", days=2, by=local)
    before = tokens.bearer_of(text, at=EVENING, exercise=False)

    street = city.areas["west"]
    post = Post.objects.create(role=Role.STREET_DUTY, area=street, path=street.path)
    appoint(post, city.accounts["bo"], starts_at=clock.moment(EVENING - 60))

    assert city.actor("bo").holds({Role.STREET_DUTY})
    assert tokens.bearer_of(text, at=EVENING, exercise=False) == before


def test_to_be_let_in_again_does_not_bring_a_token_back(city: City) -> None:
    lou = city.actor("lou")
    _, text = tokens.issue(city.accounts["bo"], label="app", days=2, by=lou)

    admissions.shut(lou, city.accounts["bo"].id)
    admissions.reopen(lou, city.accounts["bo"].id)

    with pytest.raises(tokens.TokenUnknown):
        tokens.bearer_of(text, at=EVENING, exercise=False)


def test_its_text_is_kept_nowhere(city: City) -> None:
    made, text = tokens.issue(city.accounts["bo"], label="app", days=2, by=city.actor("lou"))

    kept = tokens.ApiToken.objects.filter(id=made.id).values().get()
    assert text not in {str(value) for value in kept.values()}


def test_an_administrator_of_one_community_lends_nobody_the_city(city: City) -> None:
    oak = city.areas["oak"].path
    local = replace(city.actor("lou"), holdings=(Holding(Role.ADMINISTRATOR, oak),))
    of_the_city, _ = tokens.issue(city.accounts["gil"], label="x", days=2, by=city.actor("lou"))

    made, _ = tokens.issue(city.accounts["bo"], label="app", days=2, by=local)

    with pytest.raises(NotAllowed):
        tokens.issue(city.accounts["gil"], label="app", days=2, by=local)
    with pytest.raises(NotFound):
        tokens.revoke(of_the_city.id, by=local)
    assert tokens.listed(local) == ([made], None)


def test_a_secretary_lends_nobody(city: City) -> None:
    with pytest.raises(NotAllowed):
        tokens.issue(city.accounts["bo"], label="app", days=2, by=city.actor("sam"))


def test_a_communitys_administrator_lends_no_account_that_has_no_post_there(city: City) -> None:
    lane = replace(
        city.actor("ann"), holdings=(Holding(Role.ADMINISTRATOR, city.areas["oak"].path),)
    )

    with pytest.raises(NotAllowed):
        tokens.issue(city.accounts["ann"], label="app", days=2, by=lane)


def test_whoever_a_token_stands_for_may_end_it_and_no_other(city: City) -> None:
    made, text = tokens.issue(city.accounts["bo"], label="app", days=2, by=city.actor("lou"))

    with pytest.raises(NotFound):
        tokens.end_own(city.actor("cy"), made.id)
    assert [one.id for one in tokens.own(city.actor("bo"))] == [made.id]
    tokens.end_own(city.actor("bo"), made.id)

    with pytest.raises(tokens.TokenUnknown):
        tokens.account_of(text)
