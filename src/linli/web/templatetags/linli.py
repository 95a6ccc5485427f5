"""How are moments, places and lateness said on a page, in the reader's language?"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext

from linli import clock
from linli.errors import N_
from linli.loops.calls.watch import CARE_NEEDS
from linli.loops.cases.definitions import diseases
from linli.registry.areas import TIER_NAMES, Area, Tier
from linli.studies import signals
from linli.web.words import word_for

register = template.Library()

OWN_STEPS = {
    "open": N_("opened"),
    "rung": N_("the limit is running out"),
    "exercise_over": N_("the exercise ended"),
    "retime": N_("the mode changed"),
    "overtaken": N_("done while the line was cut; it came too late to move this"),
}
MOST_ONE_IN = 1e-6  # a smaller chance is told as smaller than this
MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400

ICONS = {  # drawn on a grid of 20 by 20
    "late": '<path d="M10 2 19 18H1Z"/><path class="ink" d="M9 7h2v6H9zm0 7h2v2H9z"/>',
    "clock": '<path d="M10 1a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 2a7 7 0 1 1 0 14 7 7 0 0 1 0-14Z"/>'
    '<path d="M9 5h2v5l3 2-1 1.700-4-2.700Z"/>',
    "none": '<path d="M3 9h14v2H3z"/>',
    "done": '<path d="m8 15.500-5-5L4.500 9 8 12.500 15.500 5 17 6.500Z"/>',
    "next": '<path d="m7 3 7 7-7 7-1.500-1.500L11 10 5.500 4.500Z"/>',
    "urgent": '<path d="M8.500 2h3v10h-3zm0 13h3v3h-3z"/>',
    "place": '<path d="M10 1a6 6 0 0 0-6 6c0 5 6 12 6 12s6-7 6-12a6 6 0 0 0-6-6Zm0 3.500a2.500 '
    '2.500 0 1 1 0 5 2.500 2.500 0 0 1 0-5Z"/>',
    "bell": '<path d="M10 1a5 5 0 0 0-5 5v5l-2 3h14l-2-3V6a5 5 0 0 0-5-5Zm-2 14a2 2 0 0 0 4 0Z"/>',
    "person": '<path d="M10 2a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM3 18c0-4 3-6 7-6s7 2 7 6Z"/>',
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A small picture beside words that say the same."""
    return mark_safe(  # noqa: S308 - our own drawings
        f'<svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">'
        f"{ICONS[name]}</svg>"
    )


@register.simple_tag
def script(name: str) -> SafeString:
    """A script of ours, as a module."""
    return format_html('<script type="module" src="{}"></script>', static(f"app/{name}.js"))


@register.simple_tag
def city_ms() -> int:
    """The city's milliseconds, from which a page's script counts on."""
    return clock.now_s() * 1000


def _aware(at: Any) -> datetime | None:
    if at is None or at == "":
        return None
    return clock.moment(at) if isinstance(at, int | float) else at


@register.simple_tag
def moment(at: Any) -> SafeString | str:
    """A moment in the city's zone: 9 Feb 18:00, with the year when it is another one."""
    when = _aware(at)
    if when is None:
        return gettext("not known")
    local = when.astimezone(ZoneInfo(settings.TIME_ZONE))
    other_year = local.year != clock.now().astimezone(ZoneInfo(settings.TIME_ZONE)).year
    return format_html(
        '<time datetime="{}">{}</time>', local.isoformat(timespec="minutes"), say(local, other_year)
    )


def say(local: datetime, with_year: bool) -> str:
    """A local moment in the reader's language."""
    if (get_language() or "").startswith("zh"):
        year = f"{local.year}年" if with_year else ""
        return f"{year}{local.month}月{local.day}日 {local:%H:%M}"
    year = f" {local.year}" if with_year else ""
    return f"{local.day} {local:%b}{year} {local:%H:%M}"


def span(seconds: float) -> str:
    """A length of time as a person says it: the two largest units that matter."""
    left = abs(int(seconds))
    days, hours, minutes = left // DAY_S, left % DAY_S // HOUR_S, left % HOUR_S // MINUTE_S
    said = []
    if days:
        said.append(ngettext("{n} day", "{n} days", days).format(n=days))
    if hours and days < 10:
        said.append(ngettext("{n} hour", "{n} hours", hours).format(n=hours))
    if not days and (minutes or not hours):
        said.append(ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes))
    return " ".join(said)


@register.simple_tag
def due(item: Any) -> SafeString:
    """How an item stands against its limit, in words and with a sign: never by colour alone."""
    if item.state == "closed":
        return format_html('<span class="due">{} {}</span>', icon("done"), gettext("ended"))
    if getattr(item, "used_c", None) is not None:
        text = gettext("clock stands still")
        return format_html('<span class="due">{} {}</span>', icon("none"), text)
    at = _aware(item.due_at)
    if at is None:
        return format_html('<span class="due">{} {}</span>', icon("none"), gettext("no target"))
    left = (at - clock.now()).total_seconds()
    if item.late or left < 0:
        text = gettext("late by {span}").format(span=span(left))
        return format_html('<strong class="due late">{} {}</strong>', icon("late"), text)
    text = gettext("{span} left").format(span=span(left))
    soon = " soon" if left < HOUR_S else ""
    return format_html('<span class="due{}">{} {}</span>', soon, icon("clock"), text)


@register.filter
def called(thing: Any) -> str:
    """The name of an area, site or type in the reader's language, or the one it has."""
    if thing is None:
        return ""
    if (get_language() or "").startswith("zh"):
        return thing.name_zh
    return thing.name_en or getattr(thing, "name_pinyin", "") or thing.name_zh


@register.filter
def said(text: str) -> str:
    """A word of ours in the reader's language."""
    return gettext(text) if text else ""


@register.filter
def signal(name: str) -> str:
    """What a signal counts, in the reader's language, with the disease it is of."""
    text, disease = signals.words(name)
    known = diseases().get(disease)
    called_so = known.called(get_language() or "") if known else disease
    return f"{gettext(text)}: {called_so}" if disease else gettext(text)


@register.filter
def one_in(chance: float) -> str:
    """A small chance as a person says it: 1 in so many, in round numbers."""
    if chance <= MOST_ONE_IN:
        return gettext("less than 1 in a million")
    many = 1 / chance
    digits = 10 ** max(len(str(int(many))) - 2, 0)
    return gettext("about 1 in {n}").format(n=round(many / digits) * digits)


@register.filter
def word(code: str, column: str) -> str:
    """What a code of a column means, in the reader's language; the code if nobody said."""
    return said(word_for(column, code))


@register.filter
def tell(problem: Any) -> str:
    """A sentence with values in the reader's language."""
    return problem.tell(gettext)


@register.filter
def tier_name(tier: int | None) -> str:
    """The name of a tier."""
    return "" if tier is None else gettext(TIER_NAMES[Tier(tier)])


@register.filter
def kind_name(area: Area) -> str:
    """What an area is."""
    return gettext(area.get_kind_display())


@register.filter
def at(mapping: Any, key: Any) -> Any:
    """The value of a mapping at a key, empty when it has none."""
    return mapping.get(key, "") if mapping else ""


@register.filter
def percent(share: float | None) -> str:
    """A share as a whole percentage; unknown is not zero."""
    return "–" if share is None else f"{share * 100:.0f} %"


@register.filter
def lasting(time: timedelta) -> str:
    """How long something has lasted."""
    return span(time.total_seconds())


@register.filter
def kilometres(metres: float) -> str:
    """A distance as a person says it."""
    return f"{metres / 1000:.1f} km"


@register.filter
def stage_public(loop: Any, name: str) -> str:
    """What the resident reads of a stage."""
    return gettext(loop.stage(name).public or loop.stage(name).label)


@register.filter
def stage_label(loop: Any, name: str) -> str:
    """What staff read of a stage."""
    return gettext(loop.stage(name).label) if name else ""


@register.filter
def step_label(loop: Any, name: str) -> str:
    """The words of a step, and of what Linli does by itself."""
    step = loop.step(name)
    return gettext(step.label if step else OWN_STEPS.get(name, name))


@register.filter
def unlocal(number: float) -> str:
    """A number as a drawing or an address needs it, whatever the language: an id stays whole."""
    return str(number) if isinstance(number, int) else f"{number:.1f}"


@register.filter
def pair(pairs: Any, first: int) -> dict[int, int]:
    """Of a mapping by pairs, the part that begins with ``first``."""
    return {int(b): n for (a, b), n in pairs.items() if a == int(first)}


@register.filter
def fresh(ids: Any) -> str:
    """The next of a supply of ids, so that each form of a page has its own."""
    return str(next(ids))


@register.filter
def in_special_care(needs: Any) -> bool:
    """Whether somebody with these needs is spoken to every day; masked needs say nothing."""
    return isinstance(needs, list) and any(need in CARE_NEEDS for need in needs)


@register.filter
def titled(node: Any) -> str:
    """The name of an indicator or a group of them in the reader's language."""
    chinese = (get_language() or "").startswith("zh")
    return (node.name_zh if chinese else node.name_en) or node.id


@register.filter
def figure(value: float | None) -> str:
    """A number with at most two decimals, and a dash for one that is not known."""
    return "–" if value is None else f"{value:,.2f}".rstrip("0").rstrip(".")


@register.filter
def signed(value: float | None) -> str:
    """A change with its sign."""
    if value is None:
        return "–"
    told = f"{abs(value):,.2f}".rstrip("0").rstrip(".")
    return f"+{told}" if value > 0 else f"−{told}" if value < 0 else told


UNITS = {
    "score": N_("score"),
    "days": N_("days"),
    "hours": N_("hours"),
    "vehicles": N_("vehicles"),
    "count/community": N_("a community"),
    "persons/community": N_("persons a community"),
    "teams/community": N_("teams a community"),
    "households/worker": N_("households a worker"),
    "meetings/quarter": N_("meetings a quarter"),
    "contacts/case": N_("contacts a case"),
    "forms/worker-day": N_("forms a worker and day"),
    "persons/1000": N_("persons per 1,000"),
    "persons/10k": N_("persons per 10,000"),
    "clinicians/10k": N_("clinicians per 10,000"),
    "orgs/10k": N_("organisations per 10,000"),
    "persons/grid": N_("persons a grid"),
    "staff/100 patients": N_("staff per 100 patients"),
}


@register.filter
def unit_said(unit: str) -> str:
    """The unit of an indicator in the reader's language."""
    return gettext(UNITS.get(unit, unit)) if unit else ""


RISK_UNITS = {
    "cases": N_("cases"),
    "per 1,000 residents": N_("per 1,000 residents"),
    "per 10,000 residents": N_("per 10,000 residents"),
    "gates": N_("gates an estate"),
    "0 or 1": N_("of 1, share of estates"),
    "households": N_("households"),
}


@register.filter
def risk_unit(unit: str) -> str:
    """The unit of a factor of risk in the reader's language."""
    return gettext(RISK_UNITS.get(unit, unit)) if unit else ""


@register.filter
def in_language(names: Any) -> str:
    """One of the names of a thing: that in the reader's language, or the English one."""
    chinese = (get_language() or "").startswith("zh")
    return str(names.get("zh-hans" if chinese else "en", names["en"]))
