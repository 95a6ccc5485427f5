"""Which address leads where?"""

from django.urls import URLPattern, URLResolver, path

from linli.api.app import api

urlpatterns: list[URLPattern | URLResolver] = [path("api/", api.urls)]
