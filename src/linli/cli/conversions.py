"""`linli conversions`: sites on their way into use and out of it."""

from linli.cli.arranged import group
from linli.cli.words import gettext as _

app = group(
    "conversion",
    name="conversions",
    help_=_("Conversions of sites: chosen, checked, opened, closed."),
)
