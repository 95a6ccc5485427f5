"""Is a page small on a slow line, and is what a program reads left as it is?"""

import gzip

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_a_page_is_packed_for_whoever_can_unpack_it(city):
    packed = Client(headers={"Accept-Encoding": "gzip"}).get(reverse("roles"))
    plain = Client().get(reverse("roles"))

    assert packed["Content-Encoding"] == "gzip"
    assert b"</html>" in gzip.decompress(packed.content)
    assert len(packed.content) * 3 < len(plain.content)
    assert not plain.has_header("Content-Encoding")


def test_the_apis_answers_are_not_packed(city):
    answer = Client(headers={"Accept-Encoding": "gzip"}).get("/api/openapi.json")

    assert answer.status_code == 200
    assert not answer.has_header("Content-Encoding")
