"""Which two people may be one? A queue for somebody to look at, with every decision remembered."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q

from linli.audit.records import record, record_many
from linli.columns import AreaPathField, MomentField, whole
from linli.errors import N_, Conflict, NotFound, Word
from linli.policy.can import Actor, Ask, can
from linli.policy.powers import roles_for
from linli.policy.roles import Purpose
from linli.registry import merges, sight
from linli.registry.areas import within
from linli.registry.merges import Merge
from linli.registry.person import Person, resolve

SCORE = re.compile(r"[0-9](\.[0-9]{1,17})?")
SHOWN = (
    "id", "code", "name", "pinyin", "sex", "birth_date", "phone", "document", "relation",
    "household_id", "needs", "area_id", "area__name_zh", "path", "source", "as_of",
)  # fmt: skip


class Decision(models.TextChoices):
    """What somebody said of a pair."""

    OPEN = "", N_("to be looked at")
    SAME = "same", N_("the same person")
    DIFFERENT = "different", N_("two people")


class Candidate(models.Model):
    """Two people who may be one: how alike, in what, and what somebody decided."""

    id = models.BigAutoField(primary_key=True)
    first_id = models.BigIntegerField()  # the smaller id of the two
    second_id = models.BigIntegerField()
    path = AreaPathField()  # of the newer one, whose area looks at the pair
    score = models.FloatField()
    evidence = models.JSONField(default=list)
    at = MomentField()
    decision = models.CharField(max_length=10, choices=Decision, blank=True, default=Decision.OPEN)
    decided_by = models.BigIntegerField(null=True)
    decided_at = MomentField(null=True)
    merge_id = models.BigIntegerField(null=True)

    class Meta:
        app_label = "registry"
        indexes = [
            models.Index(
                fields=["-score", "id"], condition=Q(decision=""), name="candidate_waiting"
            ),
            models.Index(fields=["second_id"], name="candidate_second"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["first_id", "second_id"], name="one_pair_once"),
            models.CheckConstraint(condition=Q(first_id__lt=F("second_id")), name="pair_in_order"),
        ]


def suspect(a: int, b: int, *, score: float, evidence: Sequence[str], now: int) -> None:
    """Put a pair into the queue; one that was decided, or merged, is not asked about again."""
    first, second = sorted((a, b))
    if first == second:
        return
    path = Person.objects.filter(id=second).values_list("path", flat=True).first()
    Candidate.objects.get_or_create(
        first_id=first,
        second_id=second,
        defaults={"score": score, "evidence": list(evidence), "at": now, "path": path or ""},
    )


@dataclass(frozen=True)
class Suspicion:
    """Two people who may be one, found while many rows came in."""

    first_id: int
    second_id: int
    path: str
    score: float
    evidence: tuple[str, ...]


def suspect_many(found: Sequence[Suspicion], *, now: int) -> None:
    """Put pairs into the queue, as ``suspect`` does with one; those known are not asked again."""
    Candidate.objects.bulk_create(
        [
            Candidate(
                first_id=min(one.first_id, one.second_id),
                second_id=max(one.first_id, one.second_id),
                path=one.path,
                score=one.score,
                evidence=list(one.evidence),
                at=now,
            )
            for one in found
            if one.first_id != one.second_id
        ],
        batch_size=500,
        ignore_conflicts=True,
    )


def waiting(
    actor: Actor, *, purpose: str | None, after: str | None = None, most: int = sight.ROWS_A_PAGE
) -> sight.Page:
    """The pairs to be looked at, the most alike first, both people as this actor may see them."""
    seen = sight.look(actor, "people.merge", purpose)
    most = sight.a_page(most)
    rows = Candidate.objects.filter(within(seen.ranges), decision=Decision.OPEN)
    score, _, row_id = (after or "").partition("-")
    number = whole(row_id)
    if number is not None and SCORE.fullmatch(score):
        rows = rows.filter(Q(score__lt=float(score)) | Q(score=float(score), id__gt=number))
    pairs = list(rows.order_by("-score", "id")[: most + 1])
    people = _shown({i for p in pairs[:most] for i in (p.first_id, p.second_id)}, seen)
    if people:
        record_many(
            actor, "list", "people", sorted(people), holding=seen.holding, purpose=purpose,
            path=seen.holding.path,
        )  # fmt: skip
    last = pairs[most - 1] if len(pairs) > most else None
    return sight.Page(
        [
            {
                "id": p.id,
                "score": p.score,
                "evidence": p.evidence,
                "first": people[p.first_id],
                "second": people[p.second_id],
            }
            for p in pairs[:most]
            if p.first_id in people and p.second_id in people
        ],
        f"{last.score}-{last.id}" if last else None,
    )


@transaction.atomic
def decide(
    actor: Actor, candidate_id: int, *, same: bool, now: int, survivor_id: int | None = None
) -> Merge | None:
    """Say whether a pair is one person; one is merged, the older record surviving by default."""
    pair = Candidate.objects.select_for_update().filter(id=candidate_id).first()
    if pair is None:
        raise NotFound(what=Word(N_("pair")), value=candidate_id)
    ask = Ask(
        "people.merge", roles_for("people.merge"), pair.path, Purpose.REGISTRY, about_residents=True
    )
    holding = can(actor, ask).required()
    if pair.decision:
        raise Conflict(N_("This pair was decided already. Undo the merge first, if there was one."))
    merge = None
    if same:
        kept = pair.first_id if survivor_id is None else survivor_id
        if kept not in {pair.first_id, pair.second_id}:
            raise NotFound(what=Word(N_("person")), value=kept)
        lost = pair.second_id if kept == pair.first_id else pair.first_id
        merge = merges.merge(actor, resolve(lost), resolve(kept), now=now)
    pair.decision = Decision.SAME if same else Decision.DIFFERENT
    pair.decided_by, pair.decided_at = actor.id, now
    pair.merge_id = merge.id if merge else None
    pair.save()
    record(
        actor, "decide", "pair", pair.id, holding=holding, purpose=Purpose.REGISTRY,
        path=pair.path, detail={"decision": pair.decision},
    )  # fmt: skip
    return merge


@transaction.atomic
def undo(actor: Actor, merge_id: int, *, now: int) -> Merge:
    """Take a merge back, and remember the pair as two people."""
    merge = merges.undo(actor, merge_id, now=now)
    first, second = sorted((merge.loser_id, merge.survivor_id))
    Candidate.objects.filter(Q(merge_id=merge.id) | Q(first_id=first, second_id=second)).update(
        decision=Decision.DIFFERENT, decided_by=actor.id, decided_at=now
    )
    return merge


def _shown(ids: set[int], seen: sight.Sight) -> dict[int, dict[str, Any]]:
    rows = Person.objects.filter(id__in=ids).values(*SHOWN)
    return {row["id"]: seen.shows(row, row["path"]) for row in rows}
