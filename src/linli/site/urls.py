"""Which address leads where?"""

from django.urls import URLPattern, URLResolver, include, path

from linli.api.app import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", api.urls),
    path("open311/v2/", include("linli.exchange.open311.urls")),
]
