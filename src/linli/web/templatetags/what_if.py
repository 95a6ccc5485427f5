"""How are the numbers of a what-if written? No more digits than a simulation can tell."""

from collections.abc import Sequence
from datetime import date, timedelta

from django import template
from django.utils.translation import gettext

from linli.analysis.simulation.words import OUTCOME_NAMES
from linli.studies.simulation.followed import Marked, Stand

register = template.Library()
WHOLE_FROM = 10  # below it one decimal tells something


@register.filter
def counted(value: float) -> str:
    """A number of people or days: whole from ten on, below with one decimal."""
    shown = round(value, 1)
    return f"{shown:,g}" if abs(shown) < WHOLE_FROM else f"{round(value):,d}"


@register.filter
def more_or_less(value: float) -> str:
    """A difference with its sign."""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{counted(abs(value))}"


@register.filter
def outcome_said(code: str) -> str:
    """The words of an outcome."""
    return gettext(OUTCOME_NAMES[code])


@register.filter
def mark_said(mark: Marked) -> str:
    """What happened, in the reader's language where the words are ours."""
    return mark.told(gettext)


@register.filter
def mark_day(mark: Marked, starts_on: str) -> date:
    """The day of a mark."""
    return date.fromisoformat(starts_on) + timedelta(days=mark.day)


@register.filter
def stood(stand: Stand | None) -> str:
    """A value on a curve with its band, or a dash where the curve does not reach."""
    if stand is None:
        return "–"
    if stand.low is None or stand.high is None:
        return counted(stand.middle)
    return f"{counted(stand.middle)} ({counted(stand.low)} … {counted(stand.high)})"


@register.filter
def nth(values: Sequence[str], number: int) -> str:
    """One of a list by its place."""
    return values[number]
