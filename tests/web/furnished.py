"""A small city with something on every page, and the list of all pages with who opens each."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from django.urls import reverse

from linli import clock
from linli.jobs import outbox
from linli.loops import tick, token
from linli.loops.advance import advance
from linli.loops.donations import trace as gifts
from linli.loops.exposures import decide, find
from linli.loops.requests.file import Filed, file_request
from linli.loops.requests.forms import Channel
from linli.loops.scene import Scene
from linli.policy.can import VISITOR
from linli.registry import duplicates
from linli.registry.facts import Fact
from linli.registry.households import Household
from linli.registry.people import Person
from linli.registry.sites import Site, SiteKind
from tests.answered import with_answer
from tests.bedside import Bedside
from tests.cast import EVENING, City, build_with_limits
from tests.journeys.chained import Outbreak
from tests.plans.prepared import written

PHONE = "027-555-0101"
PASSWORD = "elm-street-at-night"
GIFT = {"what": "Masks", "quantity": 100, "unit": "boxes"}


@dataclass
class Furnished:
    """The city, and what was put into it."""

    city: City
    asked: Filed
    answered: Filed
    ids: dict[str, int] = field(default_factory=dict)
    link: str = ""  # by which a family follows a transfer

    def scene(self, name: str, at: int = EVENING) -> Scene:
        """Somebody of the cast, acting."""
        return self.city.scene(name, at)


def build_furnished() -> Furnished:
    """Make the small city and put something on every page."""
    return furnish(build_with_limits())


def furnish(city: City) -> Furnished:
    """Requests at several stages, a household, a person, a site, a fact and a notice."""
    clock.follow(lambda: clock.Dial(shown=EVENING + 900, speed=0))
    oak = city.areas["oak1"]
    common = {"source": "made up", "as_of": date(2020, 2, 1)}
    household = Household.objects.create(
        code="H1", area=oak, path=oak.path, home=city.areas["house1"], door="3-201",
        phone=PHONE, changed_at=EVENING, **common,
    )  # fmt: skip
    person = Person.objects.create(
        code="P1", name="安娜", pinyin="an na", household=household, area=oak, path=oak.path,
        phone=PHONE, changed_at=EVENING, **common,
    )  # fmt: skip
    site = Site.objects.create(
        kind=SiteKind.CLINIC, name_zh="橡树诊所", area=oak, path=oak.path, **common
    )
    Fact.objects.create(
        area=city.areas["oak"], path=city.areas["oak"].path, key="population", value=4000,
        unit="persons", **common,
    )  # fmt: skip
    asked = ask(city, "breath", "Short of breath since noon")
    ask(city, "noise", "Drums at night")
    answered = ask(city, "water", "No water on the sixth floor")
    worker = next(name for name in ("cy", "cleo") if _holds(city, name, answered.item_id))
    advance(answered.item_id, "accept", city.scene(worker))
    words = {"note": "The pump runs again.", "result": "done", "reach": "page"}
    advance(answered.item_id, "answer", city.scene(worker), data=words)
    tick.tick(EVENING + 60 * 24)
    outbox.send(now=EVENING + 60 * 24)
    dee = city.accounts["dee"]
    dee.set_password(PASSWORD)
    dee.save()
    again = Person.objects.create(
        code="P2", name="安娜", pinyin="an na", area=oak, path=oak.path,
        phone=PHONE, changed_at=EVENING, **common,
    )  # fmt: skip
    duplicates.suspect(person.id, again.id, score=0.9, evidence=["name", "phone"], now=EVENING)
    ids = {"again": again.id, "household": household.id, "person": person.id, "site": site.id}
    ids["bo_account"] = city.accounts["bo"].id
    ids["what_if"] = with_answer(city, "w").id
    ids["plan_run"] = written(city).id
    ids |= trace(city)
    token, brought = bring(city)
    ids |= brought
    return Furnished(city, asked, answered, ids, token)


def trace(city: City) -> dict[str, int]:
    """A confirmed case who met two people, one of them a contact since."""
    outbreak = Outbreak(city)
    case = outbreak.confirm("Wang")
    outbreak.meet("Wang", "Li", "Chen", place="渔家")
    find.look(case, outbreak.scene("tao"))
    decide.accept([outbreak.exposure(case, "Li").id], outbreak.scene("tao"))
    contact = outbreak.contact("Li")
    return {"case": case, "contact": contact.id, "traced": outbreak.person("Wang").id}


def bring(city: City) -> tuple[str, dict[str, int]]:
    """Somebody waits for a bed, and somebody is on a run to a ward; the family has a link."""
    bedside = Bedside(city)
    ward = bedside.ward(n_beds=4)
    waits = bedside.waiting("severe")
    goes = bedside.confirmed(ward)
    gift = gifts.give(VISITOR, city.areas["oak"].id, "goods", GIFT, now=EVENING)
    link = token.make()
    bedside.take(goes, "tell_family", "dee", how="phone", link=token.digest(link))
    bedside.held(ward)
    return link, {"waits": waits, "run": bedside.run(goes), "gift": gift.item_id}


def ask(city: City, kind: str, words: str) -> Filed:
    """A visitor asks for something in Oak Lane's first grid."""
    return file_request(
        VISITOR,
        now=EVENING,
        kind=kind,
        area_id=city.areas["oak1"].id,
        data={"description": words, "contact_name": "安娜", "contact_phone": PHONE},
        channel=Channel.PAGE,
    )


def do_next_job() -> None:
    """What the worker does next."""
    import linli.registry.jobs  # noqa: F401 - so that the kinds of job are known
    from linli.jobs import queue

    assert queue.run_next()


def _holds(city: City, name: str, item_id: int) -> bool:
    from linli.loops import find

    mine = find.work_of(city.actor(name), now=EVENING).rows
    return item_id in {item.id for item in mine}


@dataclass(frozen=True)
class Visit:
    """A page, the least of those who may open it (None: anybody), and those who may not."""

    page: str
    who: str | None
    address: Callable[[Furnished], str]
    refused: tuple[str | None, ...] = ()


def at(page: str, query: str = "", /, **arguments: str) -> Callable[[Furnished], str]:
    """The address of a page; arguments name what was put into the city."""

    def address(here: Furnished) -> str:
        known = {
            "asked": here.asked.item_id,
            "answered": here.answered.item_id,
            "token": here.answered.token,
            "link": here.link,
            "oak": here.city.areas["oak"].id,
            **here.ids,
        }
        filled = {key: known.get(value, value) for key, value in arguments.items()}
        return reverse(page, kwargs=filled) + query

    return address


FOR, CARE = "?purpose=service", "?purpose=care"
VISITS: tuple[Visit, ...] = (
    Visit("front", None, at("front")),
    Visit("new_request", None, at("new_request", "?kind=water&where=橡树")),
    Visit("follow", None, at("follow")),
    Visit("followed", None, at("followed_by_code", token="token")),
    Visit("roles", None, at("roles")),
    Visit("account_login", None, at("account_login")),
    Visit("account_signup", None, at("account_signup")),
    Visit("work", "cy", at("work"), refused=(None,)),
    Visit("notices", "ann", at("notices"), refused=(None,)),
    Visit("me", "ann", at("me"), refused=(None,)),
    Visit("mfa_index", "cy", at("mfa_index"), refused=(None,)),
    Visit("mfa_activate_totp", "cy", at("mfa_activate_totp"), refused=(None,)),
    Visit("account_change_password", "dee", at("account_change_password"), refused=(None,)),
    Visit("account_reauthenticate", "dee", at("account_reauthenticate"), refused=(None,)),
    Visit("item", "cy", at("item", FOR, item_id="asked"), refused=(None, "ann", "eve", "jo")),
    Visit("items", "cy", at("items", FOR + "&late=1"), refused=(None,)),
    Visit("desk", "cy", at("desk"), refused=(None, "ann", "jo", "kim", "ida")),
    Visit("board", "bo", at("board"), refused=(None, "ann", "cy", "kim", "pat")),
    Visit("roster", "cy", at("roster"), refused=(None, "ann")),
    Visit("registry", "cy", at("registry", "?where=橡树"), refused=(None,)),
    Visit("area", "ann", at("area", area_id="oak"), refused=(None,)),
    Visit("records", "cy", at("records", FOR, kind_name="people"), refused=(None, "ann", "jo")),
    Visit("sites", "cy", at("records", kind_name="sites"), refused=(None,)),
    Visit(
        "record",
        "cy",
        at("record", FOR, kind_name="people", row_id="person"),
        refused=(None, "ann", "jo", "eve"),
    ),
    Visit("removals", "kim", at("removals"), refused=(None, "ann", "cy", "bo", "jo")),
    Visit("removal", "sam", at("removal", "?purpose=registry", person_id="person"),
          refused=(None, "ann", "cy", "fay", "kim", "eve")),
    Visit("pairs", "ida", at("pairs", "?purpose=registry"), refused=(None, "ann", "sam", "kim")),
    Visit("imports", "ida", at("imports"), refused=(None, "ann", "sam")),
    Visit("limits", "cy", at("limits"), refused=(None, "ann")),
    Visit("limits_of", "lou", at("limits_of", name="request"), refused=(None, "ann")),
    Visit("calendar", "cy", at("calendar"), refused=(None, "ann")),
    Visit("request_types", "ida", at("request_types"), refused=(None, "ann")),
    Visit("request_type", "ida", at("request_type", code="noise"), refused=(None, "ann")),
    Visit("request_type_new", "ida", at("request_type_new"), refused=(None, "ann", "cy")),
    Visit("modes", "gil", at("modes"), refused=(None, "ann")),
    Visit("directives", "gil", at("directives"), refused=(None, "ann", "jo")),
    Visit("cases", "bo", at("cases", FOR), refused=(None, "ann", "cy", "gus", "quin", "lil", "jo")),
    Visit("transfers", "bo", at("transfers", FOR), refused=(None, "ann", "cy", "lil", "jo")),
    Visit("transfer_ask", "bo", at("transfer_ask", FOR), refused=(None, "ann", "cy", "jo")),
    Visit("transfer_board", "jo", at("transfer_board"), refused=(None, "ann", "cy", "hal")),
    Visit(
        "transfer_places",
        "dee",
        at("transfer_places", FOR, item_id="waits"),
        refused=(None, "ann", "bo", "cy", "eve"),
    ),
    Visit(
        "transfer_tell",
        "bo",
        at("transfer_tell", FOR, item_id="waits"),
        refused=(None, "ann", "cy", "eve"),
    ),
    Visit("trips", "cy", at("trips", FOR), refused=(None, "ann", "jo", "kim")),
    Visit("ongoing_care", "bo", at("ongoing_care", FOR), refused=(None, "ann", "jo")),
    Visit("incidents", "hal", at("incidents", CARE), refused=(None, "ann", "jo")),
    Visit("conversions", "dee", at("conversions", FOR), refused=(None, "ann", "cy", "jo")),
    Visit("handovers", "cy", at("handovers", FOR), refused=(None, "ann", "jo", "lil")),
    Visit("give", None, at("give", "?where=橡树")),
    Visit("follow_gift", None, at("follow_gift")),
    Visit("donations", "bo", at("donations", FOR), refused=(None, "ann", "cy", "jo", "lil")),
    Visit(
        "donation",
        "bo",
        at("donation", FOR, item_id="gift"),
        refused=(None, "ann", "cy", "jo", "eve"),
    ),
    Visit("transfer_plan", "dee", at("transfer_plan", FOR), refused=(None, "ann", "bo", "cy")),
    Visit("roads", "dee", at("roads"), refused=(None, "ann", "bo", "cy", "hal", "dov")),
    Visit("ways", "dee", at("ways"), refused=(None, "ann", "bo", "cy", "hal", "dov")),
    Visit("transfer_followed", None, at("transfer_followed", token="link")),
    Visit("drive", "dov", at("run", FOR, run_id="run"), refused=(None, "ann", "cy", "eve")),
    Visit("run", "dee", at("run", FOR, run_id="run"), refused=(None, "ann", "cy", "eve", "hal")),
    Visit("ward", "hal", at("ward", CARE), refused=(None, "ann", "cy", "jo", "dov")),
    Visit("beds", "jo", at("beds"), refused=(None, "ann", "cy", "kim", "dov")),
    Visit("beds_batches", "jo", at("beds_batches"), refused=(None, "ann", "cy", "kim", "dov")),
    Visit("ratios", "jo", at("ratios"), refused=(None, "ann", "cy", "gus", "quin", "lil", "kim")),
    Visit(
        "ratio_unmet",
        "bo",
        at("ratio_unmet", FOR, name="taken_in"),
        refused=(None, "ann", "cy", "gus", "quin", "lil", "jo"),
    ),
    Visit("evaluation", "sam", at("evaluation"),
          refused=(None, "ann", "cy", "bo", "kim", "hal", "gus", "lou")),
    Visit("evaluation_indicator", "jo", at("evaluation_indicator", "?side=per", name="D1.1.4"),
          refused=(None, "ann", "cy", "kim")),
    Visit("what_if", "jo", at("what_if"), refused=(None, "ann", "cy", "sam", "lou", "eve")),
    Visit("what_if_new", "dee", at("what_if_new", "?preset=reopen"), refused=(None, "ann", "tao")),
    Visit("what_if_basis", "gil", at("what_if_basis"), refused=(None, "ann", "tao", "eve")),
    Visit("what_if_run", "jo", at("what_if_run", whatif_id="what_if"),
          refused=(None, "ann", "cy", "sam", "fay", "eve")),
    Visit("evaluation_checks", "dee", at("evaluation_checks"), refused=(None, "ann", "cy", "kim")),
    Visit("risk", "sam", at("risk"), refused=(None, "ann", "cy", "bo", "kim", "hal", "gus", "lou")),
    Visit(
        "risk_estates", "bo", at("risk_estates"), refused=(None, "ann", "kim", "hal", "gus", "lou")
    ),
    Visit(
        "epidemic",
        "tao",
        at("epidemic"),
        refused=(None, "ann", "cy", "bo", "sam", "kim", "hal", "gus", "lou"),
    ),
    Visit("epidemic_own", "jo", at("epidemic_own"), refused=(None, "ann", "cy", "sam", "kim")),
    Visit(
        "epidemic_example",
        "dee",
        at("epidemic_example", name="wuhan-2020"),
        refused=(None, "ann", "cy", "sam", "kim"),
    ),
    Visit("warning", "sam", at("warning"), refused=(None, "ann", "cy", "bo", "gus", "kim", "hal")),
    Visit(
        "warning_series",
        "jo",
        at("warning_series", "?signal=positives.covid19"),
        refused=(None, "ann", "cy", "bo", "kim"),
    ),
    Visit("warning_back_test", "tao", at("warning_back_test"), refused=(None, "ann", "cy", "kim")),
    Visit("fevers", "hal", at("fevers", CARE), refused=(None, "ann", "cy", "gus", "lil")),
    Visit("case", "hal", at("case", CARE, item_id="case"), refused=(None, "ann", "eve")),
    Visit("case_steps", "hal", at("item", CARE, item_id="case"), refused=(None, "eve")),
    Visit("gate", "gus", at("gate"), refused=(None, "ann", "cy", "hal", "dee", "quin")),
    Visit("laboratory", "lil", at("laboratory"), refused=(None, "ann", "cy", "gus", "quin", "jo")),
    Visit("screening", "cy", at("screening", "?purpose=screening"), refused=(None,)),
    Visit(
        "screening_door",
        "cy",
        at("screening_door", "?purpose=screening", household_id="household"),
        refused=(None, "ann", "jo", "eve", "gus"),
    ),
    Visit("coverage", "cy", at("coverage"), refused=(None, "ann", "kim", "quin")),
    Visit(
        "coverage_doors",
        "sam",
        at("coverage_doors", "?purpose=screening"),
        refused=(None, "ann", "gil", "jo"),
    ),
    Visit("rounds", "gil", at("rounds"), refused=(None, "ann", "kim", "gus")),
    Visit("round_questions", "gil", at("round_questions"), refused=(None, "ann", "kim")),
    Visit("rewards", "sam", at("rewards"), refused=(None, "ann", "gil", "cy")),
    Visit("disinfections", "cy", at("disinfections"), refused=(None, "ann", "jo")),
    Visit("tracing", "tao", at("tracing"), refused=(None, "ann", "gus", "quin", "jo")),
    Visit("tracing_list", "tao", at("tracing_list", name="no_source"), refused=(None, "ann")),
    Visit(
        "tracing_case",
        "tao",
        at("tracing_case", source_id="case"),
        refused=(None, "ann", "cy", "eve", "gus", "quin"),
    ),
    Visit("follow_ups", "cy", at("follow_ups"), refused=(None, "ann", "gus", "quin")),
    Visit("contact", "cy", at("contact", contact_id="contact"), refused=(None, "ann", "eve")),
    Visit("chain", "tao", at("chain", person_id="traced"), refused=(None, "ann", "cy", "eve")),
    Visit("accounts", "lou", at("accounts"), refused=(None, "ann", "cy", "sam", "gil", "kim")),
    Visit(
        "account",
        "lou",
        at("account", account_id="bo_account"),
        refused=(None, "ann", "cy", "sam", "gil", "kim"),
    ),
    Visit(
        "record_new",
        "cy",
        at("record_new", FOR, kind_name="people"),
        refused=(None, "ann", "jo", "gil", "kim", "bo"),
    ),
    Visit(
        "record_edit",
        "cy",
        at("record_edit", FOR, kind_name="people", row_id="person"),
        refused=(None, "ann", "jo", "eve", "bo", "kim"),
    ),
    Visit("plans", "sam", at("plans"), refused=(None, "ann", "gus")),
    Visit("plan", "cy", at("plan", code="small"), refused=(None, "ann", "gus")),
    Visit("plan_behind", "dee", at("plan_behind", code="small", key="role-0"), (None, "ann", "cy")),
    Visit("plan_new", "gil", at("plan_new"), refused=(None, "ann", "dee")),
    Visit("plan_edit", "lou", at("plan_edit", code="small"), refused=(None, "ann", "fay")),
    Visit("plan_compare", "jo", at("plan_compare", code="small"), refused=(None, "ann", "gus")),
    Visit("plans_at_once", "sam", at("plans_at_once"), refused=(None, "ann", "gus")),
    Visit("plan_runs", "cy", at("plan_runs"), refused=(None, "ann", "gus")),
    Visit("plan_run", "cy", at("plan_run", plan_run_id="plan_run"), refused=(None, "ann", "eve")),
    Visit("reserves", "dee", at("reserves"), refused=(None, "ann", "gus")),
    Visit("opened", "ann", at("opened"), refused=(None,)),
    Visit("merges", "ida", at("merges", "?purpose=registry"), refused=(None, "ann", "sam", "kim")),
    Visit("looks", "ann", at("looks"), refused=(None,)),
    Visit("audit", "kim", at("audit"), refused=(None, "ann", "cy", "lou", "gil")),
)  # fmt: skip
NOT_PAGES = frozenset(
    {
        # answers to a form, and pieces of a page
        "language", "clock", "be", "places", "followed_by_code", "similar", "own_step", "join",
        "step", "callers",
        "desk_places", "desk_similar", "desk_join", "appoint", "relieve", "declare", "lift",
        "issue", "screening_report", "screening_spoken", "round_call", "round_take",
        "round_questions_file", "prove", "proof", "records_out", "laboratory_take",
        "laboratory_match", "laboratory_cancel", "decide_pair", "break_glass", "filed",
        "tracing_act", "account_add", "end_token", "unmerge", "removal_terms",
        "beds_count", "beds_open_batch", "epidemic_declare", "epidemic_file",
        "epidemic_withdraw", "road_lift", "road_shut", "roads_drawn", "run_act", "run_new",
        "ward_act", "warning_run", "what_if_cancel", "what_if_decide", "what_if_file",
        "evaluation_take", "evaluation_judge", "judgement_withdraw", "evaluation_file",
        "photo", "photos", "risk_count", "risk_file", "plan_start", "reserve_hold",
        "reserve_let_go", "exercise_leave", "plan_run_answer", "plan_run_join", "plan_run_end",
        "plan_run_take_on",
        "follow_ups_tell", "case_report", "cases_take", "case_classify", "gate_measure",
        # opened by tests of their own
        "cast", "screening_own", "risk_factor", "chain_picture", "chain_near", "removal_asked",
    }
)  # fmt: skip
