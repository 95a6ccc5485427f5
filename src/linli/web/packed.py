"""How few bytes does a page cost on a slow line? Pages are packed; files and data are not."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class PackedPages(GZipMiddleware):
    """Packs what is HTML, with the random length that hides the length of its secrets.

    Lists and files leave as they are: their readers are programs, and packing them takes the time
    of a server that serves many.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """The answer, packed where it is a page."""
        if not response.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)
