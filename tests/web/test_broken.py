"""When a page breaks on our side, can whoever runs the site find out why?"""

import logging

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from linli.web.problems import broken


def breaks(request: HttpRequest, token: str) -> HttpResponse:
    """A page with a fault in it."""
    raise RuntimeError("a screw is loose")


urlpatterns = [path("breaks/<str:token>", breaks)]
handler500 = broken


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_page_that_breaks_is_logged_with_its_reason_and_without_the_token(caplog):
    answer = Client(raise_request_exception=False).get("/breaks/k3y-0f-ann")

    assert answer.status_code == 500
    (line,) = [record for record in caplog.records if record.name == "linli.web"]
    assert line.getMessage() == "GET /breaks/<str:token> broke"
    assert line.exc_info is not None
    assert "a screw is loose" in str(line.exc_info[1])


def test_a_line_of_the_log_says_when():
    handler = logging.getLogger("linli").handlers[0]
    line = logging.makeLogRecord({"name": "linli.web", "msg": "GET / broke"})

    assert handler.format(line).endswith(" linli.web: GET / broke")
    assert settings.LOGGING["formatters"]["dated"]["format"].startswith("{asctime}")
