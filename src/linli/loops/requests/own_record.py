"""What of a resident's record may go, or be put right, because they ask? One request, one clerk.

A request of the types below travels the request loop like any other. Whoever answers it sees what
may be erased now and what is held, each with its reason; erasing and answering are one act.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import translation

from linli import clock
from linli.audit.records import Record, record
from linli.errors import N_, BadInput, Conflict, NotFound, Phrase, Sentences, Word
from linli.loops.advance import advance
from linli.loops.find import item_for
from linli.loops.ledger import Item
from linli.loops.removals import remove, rules
from linli.loops.removals.holds import Hold, Looker
from linli.loops.removals.parts import PART_NAMES, RECORD, Proof
from linli.loops.requests.forms import Reach, Result
from linli.loops.requests.loop import LOOP
from linli.loops.scene import Scene
from linli.loops.subjects import PERSON
from linli.policy.can import Actor, Ask, Holding, can
from linli.policy.powers import roles_for
from linli.policy.roles import Purpose
from linli.registry import removals
from linli.registry.accounts import Account
from linli.registry.person import Person, resolve

ERASE = "people.erase"
TO_ERASE, TO_CORRECT = "erase_my_data", "correct_my_data"  # types of request that a city offers
TYPES = (TO_ERASE, TO_CORRECT)
MOST_WORDS = 2000  # of the clerk's own, beside what is told by itself


LIVES_HERE = N_(
    "They live here. The neighbourhood keeps who lives where for as long as that is so."
)
ERASED, PUT_RIGHT, NOT_ERASED = (
    N_("Erased: {what}."), N_("Put right: {what}."), N_("Not erased: {what}.")
)  # fmt: skip
NOT_AGREED = N_("If you do not agree, say that it is not solved: others will look at it again.")
FIELDS = {  # of a record that may be put right, as they are called elsewhere
    "name": N_("Name"),
    "sex": N_("Sex"),
    "birth_date": N_("Date of birth"),
    "phone": N_("Phone"),
    "document": N_("Identity document"),
    "relation": N_("Relation to the head of the household"),
    "floating": N_("Registered elsewhere"),
    "needs": N_("Needs"),
    "household_id": N_("Household"),
    "area_id": N_("Area"),
    "left_on": N_("Left on"),
    "left_because": N_("Why left"),
}
NOT_THERE = N_("Nothing is kept.")


class NotAboutRecord(Conflict):
    """The request is of another type."""

    code = "not_about_record"
    sentence = N_(
        "Request {item} does not ask for a record to be erased or put right. "
        "Take it in under one of these types: {types}."
    )


class WhoIsIt(BadInput):
    """Nothing says whose record it is, or that it is theirs."""

    code = "who_is_it"
    sentence = N_(
        "Say whose record it is, and how that is known: by a document, in person, "
        "or by an account of their own."
    )


class Held(Conflict):
    """Something that was to go is held."""

    code = "record_held"
    sentence = N_("{part} cannot be erased now. {reasons}")


@dataclass(frozen=True)
class Part:
    """A part of the record: whether it may go now, and the reasons why not."""

    name: str
    goes: bool
    reasons: tuple[Phrase, ...] = ()

    @property
    def label(self) -> str:
        """What it is called."""
        return PART_NAMES[self.name]


@dataclass(frozen=True)
class Asked:
    """A request about a record, and, once it is known whose, what may go and what is held."""

    item: Item
    person: Person | None
    own: bool  # asked by the account of the person themselves
    parts: tuple[Part, ...] = ()
    corrected: tuple[str, ...] = ()

    @property
    def erases(self) -> bool:
        """Whether it asks for something to go, and not to be put right."""
        return self.item.kind == TO_ERASE


@dataclass(frozen=True)
class Answer:
    """What the clerk decides: which parts go, how it is known whose they are, and the words."""

    parts: Collection[str]
    proof: str
    reach: str = Reach.PAGE.value
    words: str = ""
    person_id: int | None = None


def see(
    actor: Actor, item_id: int, *, now: int, purpose: str | None, person_id: int | None = None
) -> Asked:
    """A request, with what may go now of the record it is about; both looks are recorded.

    Raises NotFound out of sight, NotAboutRecord, NotAllowed or PurposeNeeded.
    """
    view = item_for(actor, item_id, now=now, purpose=purpose)
    chosen = Purpose(purpose) if purpose else None
    can(actor, Ask(ERASE, roles_for(ERASE), view.item.path, chosen, True)).required()
    item = _of_ours(item_id)
    person, own = _whose(item, person_id)
    if person is None:
        return Asked(item, None, own)
    holding = _allowed(actor, person)
    record(actor, "see", "people", person.id, holding=holding, purpose=purpose, path=person.path,
           detail={"item": item.id})  # fmt: skip
    return _asked(item, person, own, Looker(now, but=item.id))


@transaction.atomic
def answer(actor: Actor, item_id: int, given: Answer, *, now: int) -> Asked:
    """Erase what was chosen and answer the resident, in one act or not at all.

    Raises WhoIsIt, Held for a part that may not go, BadInput, or what the step answer raises.
    """
    view = item_for(actor, item_id, now=now, purpose=Purpose.SERVICE)
    can(actor, Ask(ERASE, roles_for(ERASE), view.item.path, Purpose.REGISTRY, True)).required()
    item = _of_ours(item_id)
    person, own = _whose(item, given.person_id, lock=True)
    proof = Proof.ACCOUNT if own and not given.proof else given.proof
    if person is None or proof not in set(Proof) or (proof == Proof.ACCOUNT and not own):
        raise WhoIsIt
    holding = _allowed(actor, person)
    if given.reach not in set(Reach):
        raise BadInput(
            N_("{given} is no way to tell a resident. Choose one of: {known}."),
            given=given.reach[:40], known=tuple(r.value for r in Reach),
        )  # fmt: skip
    looker = Looker(now, but=item.id)
    asked = _asked(item, person, own, looker)
    chosen = _chosen(asked, given.parts)
    if not asked.erases and not asked.corrected and not given.words.strip():
        raise BadInput(
            N_("Nothing was changed since they asked. Put the record right, or say why not.")
        )
    detail = {"item": item.id, "parts": sorted(chosen), "proof": str(proof)}
    record(actor, "erase" if asked.erases else "see", "people", person.id, holding=holding,
           purpose=Purpose.REGISTRY, path=person.path, detail=detail)  # fmt: skip
    went = _erase(actor, person, chosen, looker, exercise=actor.exercise)
    _tell(actor, asked, went, given, now)
    return asked


def _erase(
    actor: Actor, person: Person, chosen: Collection[str], looker: Looker, *, exercise: bool
) -> tuple[str, ...]:
    """What went, as it is told to the resident."""
    if RECORD in chosen:
        remove.remove_asked(actor, person, looker=looker, exercise=exercise)
        return (RECORD,)
    return removals.erase_fields(person, chosen) if chosen else ()


def _asked(item: Item, person: Person, own: bool, looker: Looker) -> Asked:
    holds = looker.held([person.id]).get(person.id, [])
    if item.kind == TO_CORRECT:
        return Asked(item, person, own, corrected=_corrected(item, person.id))
    return Asked(item, person, own, (_whole(person, holds), *_fields(person, holds)))


def _whole(person: Person, holds: Sequence[Hold]) -> Part:
    reasons = [hold.says() for hold in holds]
    if rules.of_person(person) is None:
        reasons = [Phrase(LIVES_HERE), *reasons]
    return Part(RECORD, not reasons, tuple(reasons))


def _fields(person: Person, holds: Sequence[Hold]) -> list[Part]:
    """Single fields go unless somebody still needs them for what is open."""
    open_ = tuple(hold.says() for hold in holds if hold.is_open)
    return [
        Part(name, not open_, open_)
        if getattr(person, name)
        else Part(name, False, (Phrase(NOT_THERE),))
        for name in removals.ERASABLE
    ]


def _corrected(item: Item, person_id: int) -> tuple[str, ...]:
    """The fields that were put right since the request came in."""
    rows = Record.objects.filter(kind="people", subject=str(person_id), act="edit")
    rows = rows.filter(at__gte=clock.seconds(item.opened_at))
    return tuple(sorted({name for row in rows for name in row.detail.get("fields", ())}))


def _chosen(asked: Asked, parts: Collection[str]) -> set[str]:
    """The parts that are to go; raises Held for one that may not."""
    known = {part.name: part for part in asked.parts}
    for name in parts:
        part = known.get(name)
        if part is None:
            raise NotFound(what=Word(N_("part of a record")), value=name[:40])
        if not part.goes:
            raise Held(part=Word(part.label), reasons=Sentences(part.reasons))
    return set(parts)


def _tell(actor: Actor, asked: Asked, went: Collection[str], given: Answer, now: int) -> None:
    """Answer the request with what was done and what was not, in the resident's language."""
    with translation.override(_language(asked.item)):
        note = reply(asked, went, given.words)
    data = {"note": note, "result": _result(asked, went), "reach": given.reach}
    advance(asked.item.id, "answer", Scene(actor, now, Purpose.SERVICE), data=data)


def reply(asked: Asked, went: Collection[str], words: str = "") -> str:
    """What the resident reads: what was done, what is held and why, and what they can do."""
    say = translation.gettext
    lines = [say(ERASED).format(what=_listed(PART_NAMES, went))] if went else []
    if asked.corrected:
        lines.append(say(PUT_RIGHT).format(what=_listed(FIELDS, asked.corrected)))
    if RECORD not in went:
        lines += [
            " ".join([say(NOT_ERASED).format(what=say(part.label)),
                      *(reason.tell(say) for reason in part.reasons)])
            for part in asked.parts
            if not part.goes and part.reasons[0].template != NOT_THERE
        ]  # fmt: skip
    if words.strip():
        lines.append(words.strip())
    return "\n".join([*lines, say(NOT_AGREED)])


def _listed(named: Mapping[str, str], names: Collection[str]) -> str:
    known = [name for name in named if name in names]
    unknown = sorted(set(names) - named.keys())
    return ", ".join([*(translation.gettext(named[name]) for name in known), *unknown])


def _result(asked: Asked, went: Collection[str]) -> str:
    if RECORD in went or asked.corrected:
        return Result.DONE.value
    return Result.PARTLY.value if went else Result.CANNOT.value


def _language(item: Item) -> str:
    account = Account.objects.filter(id=item.opened_by).first() if item.opened_by else None
    return account.language if account is not None else settings.LANGUAGE_CODE


def _of_ours(item_id: int) -> Item:
    item = Item.objects.filter(id=item_id, loop=LOOP.name).first()
    if item is None or item.kind not in TYPES:
        raise NotAboutRecord(item=item_id, types=TYPES)
    return item


def _whose(item: Item, person_id: int | None, *, lock: bool = False) -> tuple[Person | None, bool]:
    """Whose record it is, and whether their own account asked; the account decides before all."""
    account = Account.objects.filter(id=item.opened_by).first() if item.opened_by else None
    own = account.person_id if account is not None else None
    about = item.subject_id if item.subject_kind == PERSON else None
    wanted = own or about or person_id
    if wanted is None:
        return None, False
    rows = Person.objects.select_for_update() if lock else Person.objects.all()
    return rows.filter(id=resolve(wanted)).first(), own is not None


def _allowed(actor: Actor, person: Person) -> Holding:
    """Whoever erases reaches the person; out of reach sounds as if there were nobody."""
    roles = roles_for(ERASE)
    if not any(person.path.startswith(h.path) for h in actor.holds(roles)):
        raise NotFound(what=Word(N_("person")), value=person.id)
    return can(actor, Ask(ERASE, roles, person.path, Purpose.REGISTRY, True)).required()
