"""Which codes may stand in a field, and what do they mean? One list for each, everywhere (S94).

A list is read from the place that uses it, never typed again: a closed set of the registry, a
loop's stages, a form's choices, the types of request in the city's own table. Its version is a
digest of its entries, so two deployments can tell at once whether they speak alike.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from django.conf import settings
from django.db import models

from linli.errors import N_, NotFound, Word
from linli.loops import catalogue, office
from linli.loops.collected import tables_modules
from linli.loops.exposures.decide import REASONS
from linli.loops.exposures.figures import LABELS
from linli.loops.follow_ups.forms import Symptom
from linli.loops.follow_ups.schedule import Deal
from linli.loops.loop import Form, Loop, State
from linli.loops.opening import Channel
from linli.loops.ratios import Ratio
from linli.loops.removals import parts, rules
from linli.loops.rounds import SEEN_NAMES
from linli.loops.screening.receive import Outcome
from linli.loops.screening.tables import How
from linli.loops.sync import Came
from linli.policy.roles import NAMES, PURPOSE_NAMES
from linli.registry import exports
from linli.registry.areas import TIER_NAMES, AreaCode, AreaKind
from linli.registry.declarations import Mode, Phase
from linli.registry.duplicates import Decision
from linli.registry.duties import RequestType
from linli.registry.imports import kinds
from linli.registry.organisations import OrganisationKind
from linli.registry.people import Sex
from linli.registry.person import Left
from linli.registry.plans import ReserveKind, RunKind
from linli.registry.qualifications import QualificationKind
from linli.registry.sites import SiteKind, SiteLevel, SiteStage
from linli.registry.vehicles import VehicleKind
from linli.registry.wards import AgeGroup, BedCategory, BedSeverity


@dataclass(frozen=True)
class Code:
    """One code and its label, in English; the translators have the others."""

    code: str
    label: str


@dataclass(frozen=True)
class CodeList:
    """A closed set of codes by name, with the version that follows from its entries."""

    name: str
    codes: tuple[Code, ...]

    @property
    def version(self) -> str:
        """Twelve digits of a digest of the entries."""
        entries = json.dumps([[c.code, c.label] for c in self.codes], ensure_ascii=False)
        return hashlib.sha256(entries.encode()).hexdigest()[:12]


CHOICES: dict[str, type[models.Choices]] = {
    "area_kind": AreaKind,
    "organisation_kind": OrganisationKind,
    "site_kind": SiteKind,
    "vehicle_kind": VehicleKind,
    "plan_run_kind": RunKind,
    "reserve_kind": ReserveKind,
    "site_stage": SiteStage,
    "site_level": SiteLevel,
    "bed_category": BedCategory,
    "bed_severity": BedSeverity,
    "bed_age_group": AgeGroup,
    "qualification_kind": QualificationKind,
    "sex": Sex,
    "left_because": Left,
    "mode": Mode,
    "phase": Phase,
    "pair_decision": Decision,
}


def code_lists() -> dict[str, CodeList]:
    """Every code list of this deployment by name."""
    lists = [_choices(name, choices) for name, choices in {**CHOICES, **_of_tables()}.items()]
    lists += [
        _list("role", ((role.value, name) for role, name in NAMES.items())),
        _list("purpose", ((p.value, name) for p, name in PURPOSE_NAMES.items())),
        _list("tier", ((str(tier.value), name) for tier, name in TIER_NAMES.items())),
        _list("channel", ((channel.value, channel.value) for channel in Channel)),
        _list("language", settings.LANGUAGES),
        _list("item_state", ((state.value, state.value) for state in State)),
        _list("calendar", office.NAMES.items()),
        _list("list_kind", ((kind.name, kind.en) for kind in kinds.every().values())),
        _list("list_form", ((form, form) for form in exports.TYPES)),
        _list(
            "request_type",
            RequestType.objects.order_by("code").values_list("code", "name_en"),
        ),
        _list(
            "area_code_system",
            ((s, s) for s in AreaCode.objects.order_by("system").values_list("system", flat=True)),
        ),
    ]
    lists += [
        _list("screening.seen", ((seen.name.lower(), name) for seen, name in SEEN_NAMES.items())),
        _list("screening.state", ((str(int(seen)), name) for seen, name in SEEN_NAMES.items())),
        _list("screening.how_told", ((how.name.lower(), str(how.label)) for how in How)),
        _list("screening.answer", ((answer.value, answer.value) for answer in Outcome)),
        _list("exposures.reason", REASONS.items()),
        _list("exposures.figure", LABELS.items()),
        _list("sync.came", ((came.value, came.value) for came in Came)),
        _list("follow_ups.deal", ((deal.value, deal.value) for deal in Deal)),
        _list("follow_ups.symptom", ((s.value, s.value) for s in Symptom)),
        _list("ratios.ratio", ((ratio.value, ratio.value) for ratio in Ratio)),
        _list("removals.rule", ((rule.name, rule.label) for rule in rules.RULES)),
        _list("requests.record_part", parts.PART_NAMES.items()),
        _list(
            "requests.proof",
            ((proof.value, name) for proof, name in parts.PROOF_NAMES.items()),
        ),
    ]
    for loop in catalogue.all_loops().values():
        lists += _of_loop(loop)
    return {one.name: one for one in lists}


def code_list(name: str) -> CodeList:
    """The list of that name, or a sentence that there is none."""
    found = code_lists().get(name)
    if found is None:
        raise NotFound(what=Word(N_("code list")), value=name)
    return found


def _of_tables() -> dict[str, type[models.Choices]]:
    """The closed sets that the folders' tables declare, by folder and name."""
    found: dict[str, type[models.Choices]] = {}
    for module in tables_modules():
        word = module.__name__.split(".")[-2]
        for name, thing in sorted(vars(module).items()):
            closed = isinstance(thing, type) and issubclass(thing, models.Choices)
            if closed and thing.__module__ == module.__name__:
                found[f"{word}.{name.lower()}"] = thing
    return found


def _of_loop(loop: Loop) -> list[CodeList]:
    lists = [
        _list(f"{loop.name}.stage", ((s.name, s.label) for s in loop.stages)),
        _list(f"{loop.name}.step", ((s.name, s.label) for s in loop.steps)),
        _list(f"{loop.name}.class", loop.classes.items()),
    ]
    for form in {loop.asks, *(step.asks for step in loop.steps)}:
        lists += [_list(f"{loop.name}.{name}", codes) for name, codes in _enums(form)]
    return lists


def _enums(form: type[Form]) -> Iterable[tuple[str, list[tuple[str, str]]]]:
    for name, field in form.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Enum):
            yield name, [(str(member.value), str(member.value)) for member in kind]


def _choices(name: str, choices: type[models.Choices]) -> CodeList:
    return _list(name, ((str(value), str(label)) for value, label in choices.choices))


def _list(name: str, entries: Iterable[tuple[str, str]]) -> CodeList:
    kept = {code: label for code, label in entries if code}
    return CodeList(name, tuple(Code(code, label) for code, label in kept.items()))
