"""`linli ongoing-care`: whoever needs care that goes on has a place again."""

from linli.cli.arranged import group
from linli.cli.words import gettext as _

app = group(
    "ongoing_care",
    name="ongoing-care",
    help_=_("Ongoing care: dialysis, pregnancy, a chronic illness, recovery."),
)
