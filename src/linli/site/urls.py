"""Which address leads where?"""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("", include("linli.web.urls"))]
handler400 = "linli.web.problems.bad_request"
handler403 = "linli.web.problems.forbidden"
handler404 = "linli.web.problems.not_found"
handler500 = "linli.web.problems.broken"
