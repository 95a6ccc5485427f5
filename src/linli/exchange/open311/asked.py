"""What was asked in GeoReport's words? Read strictly, with its own list of what may be wrong."""

import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, QueryDict

from linli import clock
from linli.errors import N_, BadInput, NotFound, Problem, Word
from linli.loops.public import PublicFilters
from linli.policy.can import VISITOR, Actor
from linli.registry import areas, tokens
from linli.registry.areas import Area
from linli.registry.duties import RequestType, open_types

SPAN = timedelta(days=90)
MOST_ROWS = 1000
MOST_IDS = 200
FARTHEST_M = 30_000.0  # from a point to the community that answers; assumed
BIGGEST_ID = 2**63 - 1
ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,60})\](?:\[\])?")


class BadKey(Problem):
    """The api_key is missing, or none of ours."""

    code = "bad_key"
    status = 403
    sentence = N_("An api_key is needed to file a request, and this is none. Ask for one.")


class BadRequest(BadInput):
    """Something in the request cannot be read."""

    code = "bad_request"
    status = 400


class TooLarge(Problem):
    """More was sent than is read."""

    code = "too_large"
    status = 413
    sentence = N_("What was sent is too large. Shorten the description.")


def check_size(request: HttpRequest) -> None:
    """Refuse what is too large before any of it is read; raises TooLarge."""
    said = request.META.get("CONTENT_LENGTH") or "0"
    if not said.isdecimal() or int(said) > (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0):
        raise TooLarge()


def actor_of(key: str) -> Actor:
    """Who files with this key: a visitor either way, since the key is an app's, not a resident's.

    Raises BadKey. The deployment's own keys and the access tokens of accounts both count.
    """
    known = any(hmac.compare_digest(key.encode(), k.encode()) for k in settings.OPEN311_KEYS)
    if not known:
        try:
            tokens.account_of(key)
        except tokens.TokenUnknown:
            raise BadKey() from None
    return Actor(id=None, holdings=VISITOR.holdings, exercise=bool(settings.DEMO))


def check_text(given: QueryDict) -> None:
    """Refuse what no text may hold, wherever it stands."""
    for name, values in given.lists():
        if any("\0" in part or "\ufffd" in part for part in (name, *values)):
            raise BadRequest(N_("A field holds characters that are no text. Send UTF-8."))


def check_jurisdiction(given: QueryDict) -> None:
    """One deployment serves one jurisdiction; a wrong name is answered as not found."""
    wanted = given.get("jurisdiction_id", "")
    if wanted and settings.OPEN311_JURISDICTION and wanted != settings.OPEN311_JURISDICTION:
        raise NotFound(what=Word(N_("jurisdiction")), value=wanted[:60])


def kind_of(code: str) -> RequestType:
    """The service of this code; one that is not public sounds like one that is not there."""
    kinds = {kind.code: kind for kind in open_types(clock.day(clock.now()))}
    if code not in kinds:
        raise NotFound(what=Word(N_("service")), value=code[:60])
    return kinds[code]


def place_of(given: QueryDict) -> Area:
    """The area a request belongs to: by its id or code, its point, or a community's name."""
    if given.get("address_id"):
        return _by_id(str(given["address_id"]))
    if given.get("lat") or given.get("long"):
        point = (_degrees(given, "long", 180), _degrees(given, "lat", 90))
        near = areas.community_near(point, FARTHEST_M)
        if near is None:
            raise BadRequest(N_("That point lies outside this city. Check lat and long."))
        return near
    if given.get("address_string"):
        named = areas.communities_named_in(str(given["address_string"]))
        if named and (len(named) == 1 or len(named[0].name_zh) > len(named[1].name_zh)):
            return named[0]
        raise BadRequest(
            N_("The address names no community of this city, or several. Send lat and long.")
        )
    raise BadRequest(N_("A location is missing. Send lat and long, address_id or address_string."))


def answers_in(given: QueryDict) -> dict[str, str | list[str]]:
    """The answers to the service's own questions, from attribute[code]=..."""
    found: dict[str, str | list[str]] = {}
    for name in given:
        match = ATTRIBUTE.fullmatch(name)
        if match:
            values = given.getlist(name)
            found[match[1]] = values if len(values) > 1 else values[0]
    return found


def filters_of(given: QueryDict, now: datetime) -> tuple[PublicFilters, int, int]:
    """The filters of a list with its page size and number; at most 90 days, at most 1 000 rows."""
    size = _number(given, "page_size", MOST_ROWS, MOST_ROWS)
    page = _number(given, "page", 1, 10_000)
    if given.get("service_request_id"):
        return PublicFilters(ids=_ids(str(given["service_request_id"]))), size, page
    states = {part for part in given.get("status", "").split(",") if part}
    if states - {"open", "closed"}:
        raise BadRequest(N_("A status is open or closed."))
    first, last = _moment(given, "start_date"), _moment(given, "end_date")
    if first is not None and last is not None and not timedelta(0) <= last - first <= SPAN:
        raise BadRequest(N_("From start_date to end_date there may lie at most 90 days."))
    if first is None:
        first = (last or now) - SPAN
    elif last is None:
        last = first + SPAN
    kinds = [part for part in given.get("service_code", "").split(",") if part]
    filters = PublicFilters(
        kinds=kinds[:MOST_IDS],
        closed=None if len(states) != 1 else states == {"closed"},
        opened_from=first,
        opened_until=last,
    )
    return filters, size, page


def id_of(text: str) -> int:
    """A request's number; anything else is no number of ours."""
    if not (text.isascii() and text.isdigit()) or int(text[:20]) > BIGGEST_ID:
        raise NotFound(what=Word(N_("request")), value=text[:60])
    return int(text)


def _ids(text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",") if part.strip()][:MOST_IDS]
    return [int(p) for p in parts if p.isascii() and p.isdigit() and int(p[:20]) <= BIGGEST_ID]


def _by_id(text: str) -> Area:
    if text.isascii() and text.isdigit() and len(text) <= 18:
        found = Area.objects.filter(id=int(text)).first()
        if found is not None:
            return found
    coded = list(
        Area.objects.filter(codes__code=text[:40], valid_until=None).distinct().order_by("id")[:2]
    )
    if len(coded) != 1:
        raise BadRequest(
            N_("{given} is the id or code of no area, or of several."), given=text[:60]
        )
    return coded[0]


def _degrees(given: QueryDict, name: str, most: float) -> float:
    try:
        value = float(given.get(name, ""))
    except ValueError:
        value = float("nan")
    if not -most <= value <= most:
        raise BadRequest(N_("{name} has to be in degrees, as a decimal number."), name=name)
    return value


def _moment(given: Mapping[str, Any], name: str) -> datetime | None:
    text = given.get(name, "").replace(" ", "+")  # a plus sign that was not encoded
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        shown = clock.moment(clock.seconds(found)) if found.tzinfo else None
    except (ValueError, OverflowError):
        shown = None
    if shown is None or not 1970 < shown.year < 2200:
        raise BadRequest(
            N_("{name} has to be a moment such as 2020-02-09T18:00:00+08:00."), name=name
        )
    return shown


def _number(given: Mapping[str, Any], name: str, usual: int, most: int) -> int:
    text = given.get(name, "")
    if not text:
        return usual
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:9]) <= most:
        raise BadRequest(
            N_("{name} has to be a whole number from 1 to {most}."), name=name, most=most
        )
    return int(text)
