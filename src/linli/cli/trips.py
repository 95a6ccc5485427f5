"""`linli trips`: the community's cars for those without a fever."""

from linli.cli.arranged import group
from linli.cli.words import gettext as _

app = group(
    "trip", name="trips", help_=_("Trips by the community's cars, for those without a fever.")
)
