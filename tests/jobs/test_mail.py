"""Is somebody mailed once, in their language, without a name or a fact of health?"""

import pytest
from django.core import mail

from linli.jobs import outbox
from linli.jobs.mail import post
from linli.jobs.outbox import Notice
from tests.cast import EVENING, City

pytestmark = pytest.mark.db


@pytest.fixture
def told(city: City, settings) -> City:
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for name, language in (("bo", "en"), ("sam", "zh-hans")):
        account = city.accounts[name]
        account.email, account.language = f"{name}@example.org", language
        account.save()
    accounts = [city.accounts[name].id for name in ("bo", "sam", "dee")]
    outbox.tell(accounts, "late", now=EVENING, item_id=7, detail={"level": 2})
    outbox.tell(accounts[:1], "late", now=EVENING, item_id=8)
    outbox.send(now=EVENING)
    return city


def test_a_digest_is_mailed_once_in_the_readers_language(told: City):
    assert (post(), post()) == (2, 0)

    letters = {letter.to[0]: letter for letter in mail.outbox}
    assert letters["bo@example.org"].subject == "Linli: 2 messages wait for you"
    assert "1 条消息" in letters["sam@example.org"].subject
    assert "7" not in letters["bo@example.org"].body


def test_a_drill_mails_nobody_and_what_was_read_is_not_mailed(told: City):
    Notice.objects.filter(account_id=told.accounts["bo"].id).update(exercise=True)
    Notice.objects.filter(account_id=told.accounts["sam"].id).update(read_at=EVENING)

    assert post() == 0


def test_without_a_mail_server_nothing_is_marked_as_mailed(told: City, settings):
    settings.EMAIL_HOST = ""

    assert post() == 0
    assert not Notice.objects.exclude(mailed_at=None).exists()
