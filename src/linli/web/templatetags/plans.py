"""How are a plan's texts and numbers said on a page?"""

from typing import Any

from django import template
from django.utils.translation import get_language, gettext

from linli import clock
from linli.plans import shelf
from linli.registry.plans import PlanVersion

register = template.Library()


@register.filter
def both(text: Any) -> str:
    """A text that a plan has in both languages, in the reader's."""
    return str(text.said(get_language() or "zh-hans")) if text else ""


@register.filter
def titled(version: PlanVersion) -> str:
    """The title of a kept plan in the reader's language; its code if it cannot be read."""
    plan = shelf.kept_of(version).plan
    return both(plan.title) if plan else version.code


@register.filter
def amount(number: float | None) -> str:
    """How many; what is not known is a question mark and never zero."""
    if number is None:
        return "?"
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.2f}"


@register.filter
def at_moment(seconds: int | None) -> Any:
    """The moment of UTC seconds, to be shown."""
    return None if seconds is None else clock.moment(seconds)


@register.filter
def hours(seconds: int | None) -> str:
    """A length of time in hours."""
    return gettext("{n} h").format(n=f"{(seconds or 0) / 3600:g}")
