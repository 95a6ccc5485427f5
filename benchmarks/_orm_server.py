"""The house with the ORM endpoint beside it, for granian to serve."""

from typing import Any


def build() -> Any:
    """The application, with the endpoint in its addresses."""
    from django.conf import settings

    from linli.site.wsgi import application  # which sets Django up

    settings.ROOT_URLCONF = "benchmarks._orm"
    return application


application = build()
