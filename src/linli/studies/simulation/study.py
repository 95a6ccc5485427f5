"""Who asks what if, about which area, and what was asked before? The doors that every face uses.

To ask is to put a job into the queue, after everything that can be refused was refused. To decide
is to sign: it changes nothing by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from linli import clock
from linli.analysis.simulation.compare import OUTCOMES
from linli.analysis.simulation.disease import disease_names
from linli.audit.records import record
from linli.errors import N_, BadInput, Conflict, NotFound, TooLong, Word
from linli.jobs import queue
from linli.jobs.queue import Job, JobState
from linli.policy.can import Actor, Ask, Holding, can, scope
from linli.policy.powers import roles_for
from linli.registry import areas
from linli.registry.accounts import Account
from linli.registry.areas import Area, within
from linli.registry.person import Person
from linli.studies.simulation.choices import MOST_CHOICES, MOST_DAYS, Choice, choice_of
from linli.studies.simulation.city import NobodyThere
from linli.studies.simulation.tables import WhatIf, WhatIfDecision, WhatIfState
from linli.studies.small import check_size

SEE, RUN, DECIDE = "whatif.see", "whatif.run", "whatif.decide"
KIND = "what_if"
MOST_SEEDS, USUAL_SEEDS = 50, 20
LEAST_SEEDS = 5
USUAL_DAYS = 30
LONGEST_NAME, LONGEST_REASON = 120, 500
MOST_SUPPOSED = 1_000_000
MOST_AT_ONCE = 3  # under way, of one person
UNDER_WAY = (WhatIfState.WAITING, WhatIfState.RUNNING)
GIVEN_UP = N_("It broke on our side and was given up. Ask again, or tell who runs the deployment.")
SIMULATED = {"covid19": "covid-19-2020", "influenza": "influenza", "measles": "measles"}
USUAL_DISEASE = "covid19"  # of the cases; another name is also that of the disease's file


class StillRunning(Conflict):
    """A what-if has no answer yet."""

    code = "what_if_running"
    sentence = N_("The what-if {id} has no answer yet. Wait until it is done, or cancel it.")


class EnoughAsked(Conflict):
    """One person has as many what-ifs under way as one may have."""

    code = "enough_what_ifs"
    sentence = N_(
        "You have {n} what-ifs under way, and others wait for theirs. Wait until one is done, or "
        "cancel one."
    )


class AlreadyOver(Conflict):
    """What is over cannot be cancelled."""

    code = "what_if_over"
    sentence = N_("The what-if {id} is over already. There is nothing to cancel.")


@dataclass(frozen=True)
class Question:
    """What is asked: an area, a disease, days to look ahead, choices, and how many worlds."""

    name: str
    area: Area
    disease: str
    n_days: int
    choices: tuple[Choice, ...]
    most_seeds: int
    outcome: str  # whose differences have to become clear
    supposed: int  # infected whom nobody knows, beside those estimated

    def as_values(self) -> dict[str, Any]:
        """Plain values, as they are kept."""
        return {
            "name": self.name, "area_id": self.area.id, "disease": self.disease,
            "n_days": self.n_days, "most_seeds": self.most_seeds, "outcome": self.outcome,
            "supposed": self.supposed, "choices": [c.as_values() for c in self.choices],
        }  # fmt: skip


def question_of(given: Mapping[str, Any]) -> Question:
    """A checked question; raises the problem that says what cannot be, before anything runs."""
    name = str(given.get("name", "")).strip()
    if not name:
        raise BadInput(N_("Give the what-if a name, so that it can be found and cited."))
    if len(name) > LONGEST_NAME:
        raise TooLong(field=Word(N_("name")), length=len(name), most=LONGEST_NAME)
    area = areas.get(_whole(given.get("area_id"), N_("area"), 1, 2**63 - 1))
    n_days = _whole(given.get("n_days", USUAL_DAYS), N_("days ahead"), 1, MOST_DAYS)
    seeds = _whole(given.get("most_seeds", USUAL_SEEDS), N_("worlds"), 2, MOST_SEEDS)
    supposed = _whole(given.get("supposed", 0), N_("supposed infected"), 0, MOST_SUPPOSED)
    outcome = str(given.get("outcome", "infections"))
    if outcome not in OUTCOMES:
        raise BadInput(
            N_("{given} is no outcome. Choose of: {known}."), given=outcome, known=OUTCOMES
        )
    disease = str(given.get("disease", USUAL_DISEASE))
    simulated(disease)
    listed = given.get("choices", ())
    if not isinstance(listed, Sequence) or not 1 <= len(listed) <= MOST_CHOICES:
        raise BadInput(N_("Give 1 to {most} choices."), most=MOST_CHOICES)
    choices = tuple(choice_of(one, n_days=n_days) for one in listed)
    names = [c.name for c in choices]
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice is not None:
        raise BadInput(N_("Two choices are called {name}. Name each once."), name=twice)
    return Question(name, area, disease, n_days, choices, seeds, outcome, supposed)


def simulated(disease: str) -> str:
    """The file of a disease of the records; raises BadInput where there is none."""
    found = SIMULATED.get(disease, disease)
    if found not in disease_names():
        known = tuple(SIMULATED)
        raise BadInput(
            N_("No course of {disease} is known. Choose one of: {known}."),
            disease=disease, known=known,
        )  # fmt: skip
    return found


def ask(actor: Actor, question: Question) -> WhatIf:
    """Put a what-if into the queue; recorded.

    Raises NotAllowed, TooSmall, NobodyThere, WrongChoice or EnoughAsked.
    """
    area = question.area
    holding = can(actor, Ask(RUN, roles_for(RUN), area.path)).required()
    check_size(actor, area)
    here = Person.objects.filter(areas.under(area.path), survivor_id=None)
    if not here.exists():
        raise NobodyThere(area=area.name_zh)
    _check_areas(question)
    with transaction.atomic():
        _check_patience(actor)
        made = WhatIf.objects.create(
            name=question.name, area_id=area.id, path=area.path, asked=question.as_values(),
            asked_by=actor.id, asked_at=clock.now_s(), exercise=actor.exercise,
        )  # fmt: skip
        job = queue.ask(KIND, account_id=actor.id, what_if=made.id)
        WhatIf.objects.filter(id=made.id).update(job_id=job.id)
        record(actor, "ask_what_if", "what_if", made.id, holding=holding, path=area.path)
    made.refresh_from_db()
    return made


def _check_patience(actor: Actor) -> None:
    """Nobody fills the queue alone: the worlds of all are run one after the other."""
    going = queue.under_way(KIND).filter(account_id=actor.id).values("id")
    n = WhatIf.objects.filter(job_id__in=going, state__in=UNDER_WAY).count()
    if n >= MOST_AT_ONCE:
        raise EnoughAsked(n=n)


def _check_areas(question: Question) -> None:
    """Every area named lies in the one that is simulated."""
    for choice in question.choices:
        inside = set(
            Area.objects.filter(areas.under(question.area.path), id__in=choice.areas).values_list(
                "id", flat=True
            )
        )
        for area_id in choice.areas:
            if area_id not in inside:
                raise NotFound(what=Word(N_("area")), value=area_id)


def get(actor: Actor, what_if_id: int, *, verb: str = SEE) -> tuple[WhatIf, Holding]:
    """A what-if within reach; one out of reach is answered like one that is not there."""
    found = WhatIf.objects.filter(id=what_if_id, exercise=actor.exercise).first()
    roles = roles_for(verb)
    if found is None or not any(found.path.startswith(h.path) for h in actor.holds(roles)):
        can(actor, Ask(verb, roles)).required()
        raise NotFound(what=Word(N_("what-if run")), value=what_if_id)
    holding = can(actor, Ask(verb, roles, found.path)).required()
    return _given_up(found), holding


def _given_up(found: WhatIf) -> WhatIf:
    """A run whose job was given up has failed: nobody takes it up again."""
    gone = (JobState.STOPPED, JobState.FAILED)
    if (
        found.state in UNDER_WAY
        and Job.objects.filter(id=found.job_id or 0, state__in=gone).exists()
    ):
        problem = {"sentence": GIVEN_UP, "values": {}}
        WhatIf.objects.filter(id=found.id, state__in=UNDER_WAY).update(
            state=WhatIfState.FAILED, problem=problem
        )
        found.refresh_from_db()
    return found


def answer_of(found: WhatIf) -> dict[str, Any]:
    """The answer, or a sentence that there is none yet."""
    if found.state != WhatIfState.DONE:
        raise StillRunning(id=found.id)
    result: dict[str, Any] = found.result
    return result


def disease_of(found: WhatIf) -> str:
    """The disease that was asked about, as cases are called."""
    return str(found.asked.get("disease", USUAL_DISEASE))


def listing(actor: Actor) -> QuerySet[WhatIf]:
    """The what-ifs within reach, the newest first, without their answers."""
    can(actor, Ask(SEE, roles_for(SEE))).required()
    rows = WhatIf.objects.filter(within(scope(actor, roles_for(SEE))), exercise=actor.exercise)
    return rows.order_by("-id").defer("result")


def cancel(actor: Actor, what_if_id: int) -> WhatIf:
    """Stop a what-if; what had run of it is dropped. Recorded."""
    found, holding = get(actor, what_if_id, verb=RUN)
    changed = WhatIf.objects.filter(id=found.id, state__in=UNDER_WAY).update(
        state=WhatIfState.CANCELLED
    )
    if not changed:
        raise AlreadyOver(id=found.id)
    record(actor, "cancel", "what_if", found.id, holding=holding, path=found.path)
    found.refresh_from_db()
    return found


def decide(actor: Actor, what_if_id: int, *, choice: str, reason: str) -> WhatIfDecision:
    """Sign which choice is taken, and why: a person by name, in a role. Recorded.

    Nothing follows by itself; a choice that was not compared cannot be signed here.
    """
    found, holding = get(actor, what_if_id, verb=DECIDE)
    names = answer_of(found)["names"]
    if choice not in names:
        raise BadInput(
            N_("{given} is none of the choices compared. Choose one of: {known}."),
            given=choice[:LONGEST_NAME], known=tuple(names),
        )  # fmt: skip
    if not reason.strip():
        raise BadInput(N_("Say in a sentence why this choice is taken."))
    if len(reason) > LONGEST_REASON:
        raise TooLong(field=Word(N_("reason")), length=len(reason), most=LONGEST_REASON)
    account = Account.objects.get(id=actor.id or 0)
    with transaction.atomic():
        made = WhatIfDecision.objects.create(
            what_if=found, choice=choice, reason=reason.strip(), signed_by=account.id,
            signed_name=account.display_name, signed_as=holding.role.value,
            signed_at=clock.now_s(), exercise=actor.exercise,
        )  # fmt: skip
        record(
            actor, "decide", "what_if", found.id, holding=holding, path=found.path,
            detail={"decision": made.id},
        )  # fmt: skip
    return made


def progress(found: WhatIf) -> tuple[int, int]:
    """How many worlds have run, of at most how many."""
    job = Job.objects.filter(id=found.job_id or 0).first()
    return (job.n_done, job.n_total or 0) if job else (0, 0)


def _whole(value: Any, what: str, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadInput(
            N_("{what}: {value} cannot be. Give a whole number from {low} to {high}."),
            what=Word(what), value=value if value is not None else "–", low=low, high=high,
        )  # fmt: skip
    return value
