"""Which address leads where?"""

from django.urls import URLPattern, URLResolver, include, path, re_path

from linli.api.app import api
from linli.api.middleware import nowhere

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", api.urls),
    re_path(r"^api(?:/.*)?$", nowhere),
    path("open311/v2/", include("linli.exchange.open311.urls")),
    path("", include("linli.web.urls")),
]
handler400 = "linli.web.problems.bad_request"
handler403 = "linli.web.problems.forbidden"
handler404 = "linli.web.problems.not_found"
handler429 = "linli.web.problems.too_often"  # which allauth asks for
handler500 = "linli.web.problems.broken"
