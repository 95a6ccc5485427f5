"""What an operator says at the prompt does what it says, and a mistake is told in a sentence."""

import json
from typing import Any

import pytest
from django.db import connection

from linli import clock
from linli.cli import doctor
from linli.jobs.worker import Lease
from linli.loops import tick as clocks
from linli.loops.advance import Opening, advance, open_item
from linli.loops.catalogue import get
from linli.loops.ledger import Event, Item
from linli.loops.said import Said
from linli.plans import chores
from linli.registry import dial, tokens
from linli.registry.accounts import Account
from tests.cast import EVENING, HOUR, City
from tests.cli.prompt import linli

pytestmark = pytest.mark.db
GOOD_PASSWORD = "lantern-on-the-river"


def answer(*said: str) -> Any:
    return json.loads(linli(*said, "--json").stdout)


def ask(city: City) -> Item:
    """Ann asks for something."""
    opening = Opening(city.areas["oak1"].id, "urgent", {"description": "Gas!"}, kind="breath")
    return Item.objects.get(id=open_item(get("request"), opening, city.scene("ann")).item_id)


def findings() -> dict[str, doctor.Grade]:
    return {f.check: f.grade for f in doctor.examine()}


def test_setup_makes_one_administrator_and_twice_is_once(db):
    first = linli("setup", "--city", "W市", "--password", GOOD_PASSWORD).stdout
    second = linli("setup").stdout

    assert "admin" in first
    assert "nobody was added" in second
    assert Account.objects.get(username="admin").check_password(GOOD_PASSWORD)
    assert findings()["administrator"] is doctor.Grade.GOOD


def test_check_warns_where_anybody_may_file_without_end(db, settings):
    settings.DEMO, settings.SECOND_FACTOR = False, True
    assert findings()["settings"] is doctor.Grade.GOOD

    settings.FILING_RATE = None

    assert findings()["settings"] is doctor.Grade.WARNING


def test_a_tick_moves_what_is_due(city: City):
    item = ask(city)
    clock.follow(lambda: clock.Dial(shown=EVENING + 3 * HOUR, speed=0))

    told = answer("tick")

    assert told == {"items": 1, "rungs": 5, "steps": 0}
    assert Item.objects.get(id=item.id).tier == 3


def test_verify_names_the_first_broken_block_and_ends_with_one(city: City):
    item = ask(city)
    linli("audit", "seal")
    clocks.tick(EVENING + 3 * HOUR)
    linli("audit", "seal")
    tables = answer("audit", "verify")["tables"]
    heads = [v["head"] for v in tables]
    assert all(v["broken"] is None for v in tables)
    assert any(heads)

    Event.objects.filter(item_id=item.id, step="open").update(role="secretary")
    told = linli("audit", "verify", code=1)

    assert "loops_event: broken at block 1" in told.stdout


def test_verify_finds_words_that_were_changed_beside_the_record(city: City):
    item = ask(city)
    assert answer("audit", "verify")["words_changed"] == []
    said = Said.objects.get(item_id=item.id)
    said.words = {**said.words, "description": "Something else"}
    said.save()

    told = linli("audit", "verify", code=1)

    assert f"of items: {item.id}" in told.stdout


def test_words_are_kept_by_signed_terms_and_go_by_command(city: City):
    clock.follow(lambda: clock.Dial(shown=EVENING, speed=0))
    item = ask(city)
    advance(item.id, "withdraw", city.scene("ann"), own=True)
    assert {t["loop"] for t in answer("keep", "show")} >= {"request"}
    days = ("--closed-days", "7", "--after-emergency-days", "7")
    linli("keep", "set", "request", *days, "--note", "Rule 5", "--as", "lou")
    assert answer("keep", "due") == []

    clock.follow(lambda: clock.Dial(shown=EVENING + 8 * 24 * HOUR, speed=0))

    assert [(r["loop"], r["items"]) for r in answer("keep", "due")] == [("request", 1)]
    assert [r["items"] for r in answer("keep", "destroy")] == [1]
    assert answer("keep", "due") == []


def test_who_does_not_run_the_city_signs_no_terms_at_the_prompt(city: City):
    days = ("--closed-days", "7", "--after-emergency-days", "7")

    told = linli("keep", "set", "request", *days, "--note", "mine", "--as", "eve", code=2)

    assert "Traceback" not in told.stderr


def test_a_real_city_does_not_let_its_clock_be_turned(db, settings):
    settings.DEMO = False

    told = linli("clock", "speed", "60", code=2)

    assert told.stderr == (
        "This city runs on the time of day. Only a demo or a drill turns its clock.\n"
    )


def test_a_drills_clock_is_set_hurried_paused_and_cleared(db, settings):
    settings.DEMO = False
    dial.turn(clock.Dial(clock.wall_now(), EVENING, 1.0))
    assert findings()["city clock"] is doctor.Grade.WARNING

    linli("clock", "set", "2020-02-10T08:00")
    linli("clock", "speed", "60")
    assert answer("clock", "show")["speed"] == 60
    linli("clock", "pause")
    told = answer("clock", "show")
    assert told["shows"].startswith("2020-02-10T08:0")
    assert told["speed"] == 0
    linli("clock", "clear")

    assert not answer("clock", "show")["own"]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (("clock", "set", "tomorrow"), "tomorrow is no moment."),
        (("account", "token", "nobody"), "There is no account nobody"),
        (("account", "add", "x", "--role", "king", "--area", "1"), "king is no role."),
        (("account", "add", "x", "--role", "secretary"), "A post takes both"),
    ],
)
def test_a_mistake_is_one_sentence(db, said, sentence):
    told = linli(*said, code=2)

    assert told.stderr.startswith(sentence)
    assert told.stderr.count("\n") == 1


def test_an_account_is_shut_opened_and_given_a_link_at_the_console(city: City):
    link = linli("account", "link", "bo").stdout.strip()
    assert link.startswith("/account/password/reset/key/")
    assert not Account.objects.get(username="bo").has_usable_password()

    linli("account", "shut", "bo")
    assert not Account.objects.get(username="bo").is_active
    linli("account", "factor", "bo")
    linli("account", "reopen", "bo")

    assert Account.objects.get(username="bo").is_active


def test_an_account_gets_a_post_a_password_and_a_token(city: City):
    oak = str(city.areas["oak"].id)
    linli("account", "add", "max", "--password", GOOD_PASSWORD, "--role", "community_desk",
          "--area", oak)  # fmt: skip
    linli("account", "password", "max", "--password", GOOD_PASSWORD + "s")
    text = linli("account", "token", "max").stdout.strip()

    max_ = Account.objects.get(username="max")
    assert max_.check_password(GOOD_PASSWORD + "s")
    assert tokens.account_of(text) == max_
    assert max_.assignments.get().post.role == "community_desk"


def test_a_password_that_can_be_guessed_is_refused(city: City, settings):
    settings.AUTH_PASSWORD_VALIDATORS = [
        {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"}
    ]

    told = linli("account", "password", "bo", "--password", "short", code=2)

    assert told.stderr.startswith("This password cannot be used.")


def test_the_doctor_sees_a_silent_worker_and_a_living_one(db):
    assert findings()["worker"] is doctor.Grade.WARNING

    chores.beat()
    assert findings()["worker"] is doctor.Grade.GOOD

    Lease.objects.filter(name=chores.HEARTBEAT).update(until=int(clock.wall_now()) - 1)
    assert findings()["worker"] is doctor.Grade.WARNING


def test_the_doctor_finds_nothing_broken_in_a_good_database(city: City):
    grades = findings()

    assert grades["ranges"] is doctor.Grade.GOOD
    assert grades["migrations"] is doctor.Grade.GOOD
    assert grades["partitions"] is doctor.Grade.GOOD


def test_the_doctor_sees_a_path_that_sorts_by_language(db):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                'ALTER TABLE registry_site ALTER COLUMN path TYPE varchar(40) COLLATE "und-x-icu"'
            )
            assert doctor.wrong_collations() == ["registry_site.path"]
        else:
            cursor.execute("DROP TABLE registry_grant")
            cursor.execute('CREATE TABLE registry_grant ("path" varchar(40) COLLATE NOCASE)')
            assert doctor.wrong_collations() == ["registry_grant.path"]


def test_the_doctor_sees_a_table_without_a_partition(db):
    if connection.vendor != "postgresql":
        assert doctor.tables_without_partition() == []
        return
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE reports_a_day (day date) PARTITION BY RANGE (day)")

    assert doctor.tables_without_partition() == ["reports_a_day"]
