"""A token lends an account to a machine: told once, ended, and within its maker's reach."""

from dataclasses import replace

import pytest

from linli.errors import NotAllowed, NotFound
from linli.policy.can import Holding
from linli.policy.roles import Role
from linli.registry import tokens
from tests.callers import still
from tests.cast import City

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
