"""Who is told by e-mail that something waits? A line without names; the rest is read after sign-in.

A notice is marked before its mail leaves, so that nobody is mailed twice; one that is lost on
the way still stands in the inbox. A drill mails nobody.
"""

import logging

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.utils import translation
from django.utils.translation import gettext

from linli import clock
from linli.errors import N_
from linli.jobs.outbox import Notice

log = logging.getLogger("linli.mail")

MAILS_A_PASS = 50  # a chore takes its turn among others
SUBJECT = N_("Linli: {n} messages wait for you")
BODY = N_("{n} messages wait for you. Sign in to read them.")


def post() -> int:
    """Mail those who have an address and notices not mailed yet; returns how many mails left."""
    if not settings.EMAIL_HOST:
        return 0
    waiting = Notice.objects.filter(mailed_at=None, read_at=None, exercise=False).order_by("id")
    with_address = get_user_model().objects.exclude(email="").filter(is_active=True)
    notices = list(waiting.filter(account_id__in=with_address.values("id"))[:MAILS_A_PASS])
    reach = with_address.in_bulk({notice.account_id for notice in notices})
    return sum(_mail(notice, reach[notice.account_id]) for notice in notices)


def _mail(notice: Notice, account: object) -> int:
    marked = Notice.objects.filter(id=notice.id, mailed_at=None).update(
        mailed_at=int(clock.wall_now())
    )
    if not marked:
        return 0
    with translation.override(getattr(account, "language", settings.LANGUAGE_CODE)):
        subject, body = gettext(SUBJECT), gettext(BODY)
    to = [str(getattr(account, "email", ""))]
    n = notice.n_messages
    try:
        return send_mail(subject.format(n=n), body.format(n=n), settings.DEFAULT_FROM_EMAIL, to)
    except OSError as error:  # the server is away; the notice stands in the inbox all the same
        log.warning("Notice %s could not be mailed: %s", notice.id, type(error).__name__)
        return 0
