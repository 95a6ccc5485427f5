"""The addresses of GeoReport v2; every call has the suffix of its format."""

from django.urls import path, re_path, register_converter

from linli.exchange.open311 import views


class Format:
    """The two formats as a suffix."""

    regex = "xml|json"

    def to_python(self, value: str) -> str:
        """As it is."""
        return value

    def to_url(self, value: str) -> str:
        """As it is."""
        return value


register_converter(Format, "open311_format")

urlpatterns = [
    path("discovery.<open311_format:format_>", views.discovery),
    path("services.<open311_format:format_>", views.services),
    path("services/<str:code>.<open311_format:format_>", views.definition),
    path("requests.<open311_format:format_>", views.requests),
    path("requests/<str:number>.<open311_format:format_>", views.request_),
    path("tokens/<str:text>.<open311_format:format_>", views.token_),
    re_path(r"^.*\.json$", views.nowhere, {"format_": "json"}),
    re_path(r"^.*$", views.nowhere, {"format_": "xml"}),
]
