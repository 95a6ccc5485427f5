"""Bad input at each door of the API: one clear sentence in the caller's language, nothing lost."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from linli.audit.records import Record
from linli.loops import find
from linli.loops.ledger import Event, Item
from linli.registry.areas import Area
from linli.registry.roster import Assignment
from linli.registry.vehicles import Vehicle
from tests.callers import NOISE, Caller, open_noise, still
from tests.cast import City


def post_of(city: City, name: str) -> int:
    """The post that somebody of the cast holds."""
    return Assignment.objects.get(account=city.accounts[name], deputy=False).post_id


pytestmark = pytest.mark.db
CHINESE = re.compile("[\u4e00-\u9fff]")
TEN_MB = 10_000_000


@pytest.fixture(autouse=True)
def evening() -> None:
    still()


def opening(city: City, **changed: Any) -> dict[str, Any]:
    return {"area_id": city.areas["oak1"].id, "kind": "noise", "form": NOISE, **changed}


def vehicle(city: City, **changed: Any) -> dict[str, Any]:
    return {"kind": "car", "plate": "W-1", "n_seats": 4, "area_id": city.areas["oak"].id,
            "source": "test", "as_of": "2020-01-01", **changed}  # fmt: skip


def organisation(city: City, **changed: Any) -> dict[str, Any]:
    return {"kind": "shop", "name_zh": "店", "area_id": city.areas["oak"].id,
            "valid_from": "2020-01-01", **changed}  # fmt: skip


def mode(city: City, **changed: Any) -> dict[str, Any]:
    return {"area_id": city.areas["w"].id, "mode": "emergency", "authority": "Command",
            "reason": "Outbreak", "ends_at": "2020-03-09T00:00:00+08:00", **changed}  # fmt: skip


# name, who, method, path, body, status, code, what the English sentence says
CASES: list[tuple[str, str | None, str, str, Any, int, str, str]] = [
    ("unknown type", "ann", "POST", "/requests", lambda c: opening(c, kind="nothing"),
     422, "unknown_type", "nothing is no type"),
    ("unknown area", "ann", "POST", "/requests", lambda c: opening(c, area_id=10**6),
     404, "not_found", "no area 1000000"),
    ("unknown field", "ann", "POST", "/requests", lambda c: opening(c, colour="red"),
     422, "bad_form", "colour is not asked here"),
    ("no form", "ann", "POST", "/requests", lambda c: {"area_id": c.areas["oak"].id},
     422, "bad_form", "form is missing"),
    ("long text", "ann", "POST", "/requests",
     lambda c: opening(c, form={"description": "x" * 4001}),
     422, "bad_form", "form.description holds at most 4000"),
    ("ten megabytes", "ann", "POST", "/requests",
     lambda c: opening(c, form={"description": "x" * TEN_MB}), 413, "too_large", "at most"),
    ("huge number", "ann", "POST", "/requests", lambda c: opening(c, area_id=2**70),
     422, "bad_form", "area_id has to be at most"),
    ("number of a thousand digits", "ann", "POST", "/requests",
     b'{"area_id": ' + b"9" * 1000 + b', "form": {"description": "xx"}}',
     400, "unreadable", "1000 digits"),
    ("negative number", "ann", "POST", "/requests", lambda c: opening(c, area_id=-1),
     422, "bad_form", "area_id has to be at least 1"),
    ("in the future", "ann", "POST", "/requests",
     lambda c: opening(c, happened_at="2020-02-10T00:00:00+08:00"),
     422, "bad_input", "in the future"),
    ("without a zone", "ann", "POST", "/requests",
     lambda c: opening(c, happened_at="2020-02-09T00:00:00"),
     422, "bad_form", "happened_at needs its time zone"),
    ("before all time", "ann", "POST", "/requests",
     lambda c: opening(c, happened_at="0001-01-01T00:00:00+08:00"),
     422, "bad_form", "happened_at has to be a moment"),
    ("NUL", "ann", "POST", "/requests",
     lambda c: opening(c, form={"description": "a\0b"}), 422, "no_text", "NUL"),
    ("half a character", "ann", "POST", "/requests",
     lambda c: opening(c, form={"description": "a\ud800b"}), 422, "no_text", "half a character"),
    ("not JSON", "ann", "POST", "/requests", b"area_id=1", 400, "unreadable", "cannot be read"),
    ("not UTF-8", "ann", "POST", "/requests", b'{"a": "\xff"}', 400, "unreadable", "UTF-8"),
    ("not a number", "ann", "POST", "/requests", b'{"area_id": NaN}', 400, "unreadable", "NaN"),
    ("a name twice", "ann", "POST", "/requests", b'{"a": 1, "a": 2}', 400, "unreadable", "twice"),
    ("nested without end", "ann", "POST", "/requests", b"[" * 100_000, 400, "unreadable",
     "nesting"),
    ("a list for an object", "ann", "POST", "/requests", b"[1]", 422, "bad_form", "object"),
    ("on behalf without a post", "ann", "POST", "/requests",
     lambda c: opening(c, on_behalf=True), 403, "not_as_staff", "holds a post"),
    ("on behalf in a foreign area", "eve", "POST", "/requests",
     lambda c: opening(c, on_behalf=True), 403, "not_allowed", "may not"),
    ("too many at once", "bo", "POST", "/requests/batch",
     lambda c: {"rows": [opening(c)] * 501}, 422, "bad_form", "rows holds at most 500"),
    ("none at once", "bo", "POST", "/requests/batch", lambda c: {"rows": []},
     422, "bad_form", "rows needs at least 1"),
    ("step not possible", "bo", "POST", "/requests/{item}/answer",
     lambda c: {"note": "Done.", "result": "done", "reach": "page"},
     409, "step_not_possible", "cannot take the step answer"),
    ("unknown result", "bo", "POST", "/requests/{item}/answer",
     lambda c: {"note": "Done.", "result": "magic", "reach": "page"},
     422, "bad_form", "result has to be one of 'done', 'partly', 'cannot'"),
    ("merge with itself", "bo", "POST", "/requests/{item}/merge",
     lambda c: {"item": Item.objects.get().id}, 409, "gate_shut", "no other request"),
    ("foreign item", "eve", "POST", "/requests/{item}/accept", lambda c: {},
     404, "not_found", "no item"),
    ("no such step", "bo", "POST", "/requests/{item}/vanish", lambda c: {},
     404, "no_such_route", "nothing at"),
    ("no such method", "bo", "DELETE", "/requests/{item}", lambda c: {},
     405, "method_not_allowed", "Possible: GET"),
    ("bad page key", "bo", "GET", "/requests?after=x", None, 422, "bad_form", "after has to be"),
    ("unknown filter", "bo", "GET", "/requests?stags=closed", None,
     422, "unknown_filter", "stags cannot stand here"),
    ("a filter twice", "bo", "GET", "/requests?kind=noise&kind=water", None,
     422, "unknown_filter", "only once"),
    ("NUL in the query", "bo", "GET", "/requests?kind=%00", None, 422, "no_text", "NUL"),
    ("unknown purpose", "bo", "GET", "/requests?purpose=gossip", None,
     422, "unknown_purpose", "gossip is no purpose"),
    ("cyclic tree", "ida", "PATCH", "/areas/{elm}",
     lambda c: {"parent_id": c.areas["oak"].id}, 422, "cyclic_tree", "cannot lie in"),
    ("its own parent", "ida", "PATCH", "/areas/{elm}",
     lambda c: {"parent_id": c.areas["elm"].id}, 422, "cyclic_tree", "cannot lie in"),
    ("unknown kind of area", "ida", "POST", "/areas",
     lambda c: {"kind": "planet", "name_zh": "星", "parent_id": c.areas["w"].id},
     422, "bad_form", "kind is not written"),
    ("a name of blanks", "ida", "POST", "/areas",
     lambda c: {"kind": "grid", "name_zh": "  ", "parent_id": c.areas["oak"].id},
     422, "bad_form", "name_zh"),
    ("another kind", "ida", "PATCH", "/areas/{elm}", lambda c: {"kind": "grid"},
     422, "bad_input", "keeps its kind"),
    ("no seats", "ida", "POST", "/vehicles", lambda c: vehicle(c, n_seats=-1),
     422, "bad_form", "n_seats has to be at least 1"),
    ("beyond the pole", "ida", "POST", "/vehicles", lambda c: vehicle(c, latitude=91),
     422, "bad_form", "latitude has to be at most 90"),
    ("a foreign area", "sam", "POST", "/vehicles",
     lambda c: vehicle(c, area_id=c.areas["ash"].id), 403, "not_allowed", "may not"),
    ("a day that is none", "ida", "POST", "/vehicles",
     lambda c: vehicle(c, as_of="2020-02-30"), 422, "bad_form", "as_of has to be a date"),
    ("ends before it begins", "ida", "POST", "/organisations",
     lambda c: organisation(c, valid_until="2019-12-31"), 422, "bad_input", "2019-12-31"),
    ("temporary for ever", "ida", "POST", "/organisations",
     lambda c: organisation(c, temporary=True), 422, "bad_input", "last day"),
    ("a mask sent back", "ida", "POST", "/organisations",
     lambda c: organisation(c, name_zh="•••"), 422, "masked_value", "masked"),
    ("a mode that is over", "gil", "POST", "/modes",
     lambda c: mode(c, ends_at="2020-02-01T00:00:00+08:00"), 422, "bad_input", "in the past"),
    ("a mode without end", "gil", "POST", "/modes",
     lambda c: {k: v for k, v in mode(c).items() if k != "ends_at"},
     422, "bad_form", "ends_at is missing"),
    ("an unknown mode", "gil", "POST", "/modes", lambda c: mode(c, mode="panic"),
     422, "bad_input", "panic is no mode"),
    ("a foreign mode", "fay", "POST", "/modes",
     lambda c: mode(c, area_id=c.areas["west"].id), 403, "not_allowed", "may not"),
    ("limits that are none", "lou", "POST", "/limits/request", lambda c: {"text": "limit = "},
     422, "bad_limits", "TOML"),
    ("limits of another shape", "lou", "POST", "/limits/request", lambda c: {"text": "ladder = 1"},
     422, "bad_limits", "TOML"),
    ("limits for no loop", "lou", "POST", "/limits/nothing", lambda c: {"text": "a = 1"},
     404, "not_found", "no loop nothing"),
    ("a post held twice", "sam", "POST", "/roster/appointments",
     lambda c: {"post_id": post_of(c, "sam"), "account_id": c.accounts["ann"].id,
                "starts_at": "2020-02-09T00:00:00+08:00"}, 409, "post_occupied", "is held by"),
    ("a post that ends first", "lou", "POST", "/roster/appointments",
     lambda c: {"post_id": post_of(c, "sam"), "account_id": c.accounts["ann"].id, "deputy": True,
                "starts_at": "2020-02-09T00:00:00+08:00", "ends_at": "2020-02-08T00:00:00+08:00"},
     422, "bad_input", "not after the start"),
    ("a token for ever", "lou", "POST", "/tokens",
     lambda c: {"account_id": c.accounts["ann"].id, "label": "app", "days": 4000},
     422, "bad_form", "days has to be at most 400"),
    ("no sign-in", None, "GET", "/work", None, 401, "sign_in_needed", "Sign in first"),
]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0].replace(" ", "_"))
def test_bad_input_is_answered_by_one_sentence_and_changes_nothing(
    city: City, case: tuple[Any, ...], language: str
) -> None:
    _, name, method, path, body, status, code, says = case
    item = open_noise(city, Caller(city, "ann" if name != "ann" else "bo"))
    counts = _counts()
    path = "/api" + path.format(item=item, elm=city.areas["elm"].id)
    sent = body(city) if callable(body) else body
    purpose = "service" if name in {"bo", "eve", "sam"} else None

    answer = Caller(city, name, language).send(method, path, sent, purpose=purpose)

    told = answer.json()
    assert (answer.status_code, told["code"]) == (status, code), told
    assert set(told) == {"code", "sentence", "values"}
    assert len(answer.content) < 2000
    if language == "en":
        assert says in told["sentence"], told["sentence"]
        assert not CHINESE.search(
            told["sentence"].replace("榆树街道", "").replace("橡树里社区", "")
        )
    else:
        assert CHINESE.search(told["sentence"]), told["sentence"]
    assert _counts() == counts


def test_the_same_message_twice_is_taken_once(city: City) -> None:
    item = open_noise(city, Caller(city, "ann"))
    worker = Caller(city, "bo")
    uid = {"uid": "00000000-0000-4000-8000-000000000001"}

    first, second = (worker.post(f"/api/requests/{item}/accept", uid) for _ in "ab")

    assert (first.json()["again"], second.json()["again"]) == (False, True)
    assert Event.objects.filter(item_id=item, step="accept").count() == 1


def test_the_same_plate_twice_is_told(city: City) -> None:
    ida = Caller(city, "ida")

    answers = [ida.post("/api/vehicles", vehicle(city)) for _ in "ab"]

    assert [a.status_code for a in answers] == [201, 409]
    assert answers[1].json()["code"] == "taken"
    assert Vehicle.objects.count() == 1


def test_a_session_without_proof_of_origin_changes_nothing(city: City) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(city.accounts["bo"], backend=settings.AUTHENTICATION_BACKENDS[0])

    answer = client.post("/api/notices/read", {"up_to": 1}, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_missing")


def test_what_breaks_on_our_side_is_told_without_its_insides(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(find, "work_of", fails)

    answer = Caller(city, "bo").get("/api/work")

    assert (answer.status_code, answer.json()["code"]) == (500, "broken")
    assert b"secret" not in answer.content


def test_an_unknown_or_ended_token_is_told(city: City) -> None:
    bo = Caller(city, "bo")

    for value in ("Bearer nonsense", "Basic YTpi", "Bearer"):
        bo.headers["Authorization"] = value
        assert bo.get("/api/me").json()["code"] == "token_unknown"


def test_private_answers_are_kept_out_of_every_cache(city: City) -> None:
    assert Caller(city, "bo").get("/api/me")["Cache-Control"] == "no-store"


def _counts() -> tuple[int, ...]:
    writes = Record.objects.exclude(act__in=("see", "list")).count()
    areas = tuple(Area.objects.order_by("id").values_list("path", flat=True))
    return (Item.objects.count(), Event.objects.count(), Vehicle.objects.count(), writes, *areas)  # type: ignore[arg-type]
