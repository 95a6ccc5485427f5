"""Which households are there, behind which door, and which grid answers for them?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q

from linli import bulk
from linli.audit.records import record, record_many
from linli.columns import AreaPathField, MomentField
from linli.errors import N_, NotFound, Word
from linli.policy.can import Actor, Ask, can
from linli.policy.fields import sees, shown
from linli.policy.powers import roles_for
from linli.policy.roles import Purpose
from linli.registry import sight
from linli.registry.areas import Area
from linli.registry.sight import Page


class Household(models.Model):
    """People behind one door. Its home is a building or compound; its grid is responsible.

    ``path`` is the path of the responsible area: access follows responsibility, not residence.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=40, unique=True)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")  # the responsible grid
    path = AreaPathField()
    home = models.ForeignKey(Area, models.PROTECT, related_name="+")  # building or compound
    compound_id = models.BigIntegerField(null=True)
    floor = models.SmallIntegerField(null=True)
    door = models.CharField(max_length=40)
    phone = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=500, blank=True)
    source = models.CharField(max_length=120)
    as_of = models.DateField()
    changed_at = MomentField()
    empty_since = models.DateField(null=True)  # the last who lived there was removed on this day

    class Meta:
        app_label = "registry"
        indexes = [
            models.Index(
                fields=["empty_since", "id"],
                condition=Q(empty_since__isnull=False),
                name="household_empty",
            ),
            models.Index(fields=["path", "id"], name="household_path"),
            models.Index(fields=["home", "door"], name="household_door"),
            models.Index(fields=["compound_id"], name="household_compound"),
        ]


LOADED = (
    "id", "code", "area", "path", "home", "compound_id", "floor", "door", "phone", "note",
    "source", "as_of", "changed_at",
)  # fmt: skip


def load(rows: Iterable[Sequence[Any]]) -> int:
    """Add households in bulk, as plain values in the order of LOADED."""
    return bulk.insert(Household, LOADED, rows)


@dataclass(frozen=True)
class Filters:
    """What a list of households is narrowed to; a field left out does not narrow."""

    area_path: str = ""
    home_id: int | None = None
    compound_id: int | None = None


SHOWN = (
    "id", "code", "area_id", "area__name_zh", "home_id", "home__name_zh", "compound_id", "floor",
    "door", "phone", "note", "path", "source", "as_of",
)  # fmt: skip


def listing(
    actor: Actor,
    *,
    purpose: str | None,
    text: str = "",
    filters: Filters | None = None,
    after: str | None = None,
    most: int = sight.ROWS_A_PAGE,
) -> Page:
    """A page of the households somebody may see, by area; ``text`` is a whole code or a door.

    A door is looked for in a home or a compound only: 301 alone is in every building.
    """
    seen = sight.look(actor, "households.see", purpose)
    asked = filters or Filters()
    most = sight.a_page(most)
    rows = Household.objects.all()
    for column in ("home_id", "compound_id"):
        value = getattr(asked, column)
        if value is not None:
            rows = rows.filter(**{column: value})
    if text.strip():
        which = Q(code=text.strip())
        if asked.home_id is not None or asked.compound_id is not None:
            which |= Q(door=text.strip())
        rows = rows.filter(which)
    got = sight.page_of(rows.values(*SHOWN), seen.within(asked.area_path), after, most)
    last = got[most - 1] if len(got) > most else None
    shown_rows = [seen.shows(row, row["path"]) for row in got[:most]]
    if shown_rows:
        record_many(
            actor, "list", "households", [r["id"] for r in shown_rows], holding=seen.holding,
            purpose=purpose, path=asked.area_path or seen.holding.path,
        )  # fmt: skip
    return Page(shown_rows, sight.key_of(last["path"], last["id"]) if last else None)


def open_one(actor: Actor, household_id: int, *, purpose: str | None) -> dict[str, Any]:
    """One household with the people who live there, as somebody may see them; recorded."""
    row = Household.objects.filter(id=household_id).values(*SHOWN).first()
    roles = roles_for("households.see")
    if row is None or not any(row["path"].startswith(h.path) for h in actor.holds(roles)):
        raise NotFound(what=Word(N_("household")), value=household_id)
    chosen = Purpose(purpose) if purpose else None
    ask = Ask("households.see", roles, row["path"], chosen, about_residents=True)
    holding = can(actor, ask).required()
    visible = sees([holding.role])
    members = Household(id=household_id).people.filter(survivor_id=None).order_by("id")
    record(
        actor, "see", "households", household_id, holding=holding, purpose=purpose, path=row["path"]
    )
    return {
        **shown(row, visible),
        "people": [
            shown(member, visible)
            for member in members.values(
                "id", "code", "name", "sex", "birth_date", "relation", "path"
            )
            if member["path"].startswith(holding.path)
        ],
    }
