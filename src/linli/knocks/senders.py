"""Who is it that knocks? An address as far as it tells senders apart, kept as a digest only."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

ONE_HOME_V6 = 64  # bits; whoever has one address of IPv6 has all that begin alike
DIGEST_LENGTH = 40


def sender_of(request: HttpRequest) -> str:
    """The address behind a request, as a digest."""
    return digest(address_of(request))


def digest(text: str) -> str:
    """What is kept of an address, a name or a key: enough to know it again."""
    return salted_hmac("linli.knocks", text).hexdigest()[:DIGEST_LENGTH]


def address_of(request: HttpRequest) -> str:
    """The address of who called: what the last proxy that is ours saw, else who connected.

    What a caller wrote into the header themselves stands left of that and is not believed.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    said = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    n_proxies: int = settings.PROXIES
    found = _plain(said[-n_proxies]) if 0 < n_proxies <= len(said) else ""
    return found or _plain(peer) or peer


def _plain(text: str) -> str:
    """An address without its port; of IPv6 the part that belongs to one home; "" if none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ip_network((int(found), ONE_HOME_V6), strict=False).network_address)
    return str(found)
