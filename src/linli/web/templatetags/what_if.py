"""How are the numbers of a what-if written? No more digits than a simulation can tell."""

from django import template
from django.utils.translation import gettext

from linli.analysis.simulation.words import OUTCOME_NAMES

register = template.Library()
WHOLE_FROM = 10  # below it one decimal tells something


@register.filter
def counted(value: float) -> str:
    """A number of people or days: whole from ten on, below with one decimal."""
    shown = round(value) if abs(value) >= WHOLE_FROM else round(value, 1)
    return f"{shown:,g}" if abs(shown) < WHOLE_FROM else f"{shown:,d}"


@register.filter
def more_or_less(value: float) -> str:
    """A difference with its sign."""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{counted(abs(value))}"


@register.filter
def outcome_said(code: str) -> str:
    """The words of an outcome."""
    return gettext(OUTCOME_NAMES[code])
