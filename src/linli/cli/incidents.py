"""`linli incidents`: what went wrong on a run, and the remedy for each it struck."""

from linli.cli.arranged import group
from linli.cli.words import gettext as _

app = group(
    "incident",
    name="incidents",
    help_=_("Incidents: what went wrong on a run, and the remedy for each."),
)
