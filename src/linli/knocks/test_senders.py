"""Who knocks is told apart by what a proxy of ours saw, never by what the caller says."""

import pytest
from django.test import RequestFactory

from linli.knocks.senders import address_of, sender_of


def seen(peer: str, forwarded: str | None = None):
    extra = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return RequestFactory().get("/", REMOTE_ADDR=peer, **extra)


def test_without_a_proxy_the_header_is_not_believed(settings):
    settings.PROXIES = 0

    assert address_of(seen("203.0.113.7", "198.51.100.1")) == "203.0.113.7"


@pytest.mark.parametrize(
    ("n", "header", "found"),
    [
        (1, "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        (2, "1.1.1.1, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        (2, "198.51.100.1", "203.0.113.7"),  # fewer than there are: somebody went round them
        (1, "not an address", "203.0.113.7"),
        (1, "198.51.100.1:4711", "198.51.100.1"),
        (1, "[2001:db8:1:2:3::4]:4711", "2001:db8:1:2::"),
        (1, "::ffff:198.51.100.1", "198.51.100.1"),
    ],
)
def test_behind_proxies_it_is_whom_the_last_of_ours_saw(settings, n, header, found):
    settings.PROXIES = n

    assert address_of(seen("203.0.113.7", header)) == found


def test_one_home_is_one_sender_and_no_address_is_kept(settings):
    settings.PROXIES = 0
    one, two = seen("2001:db8:1:2::1"), seen("2001:db8:1:2:ffff::9")

    assert sender_of(one) == sender_of(two) != sender_of(seen("2001:db8:1:3::1"))
    assert "2001" not in sender_of(one)
