"""Which address leads to which page? Each module of pages says its own."""

from django.urls import URLPattern, URLResolver, include, path

from linli.web import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", include("allauth.urls")),
    *(url for module in pages.modules() for url in getattr(module, "URLS", ())),
]
