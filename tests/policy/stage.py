"""What stands in each area, and who of each role calls? The stage of the crossing tests."""

from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from linli import clock
from linli.api.loops import plural
from linli.jobs import queue
from linli.jobs.outbox import Notice
from linli.loops import catalogue
from linli.loops.beds.tables import Bed
from linli.loops.closures.tables import RoadClosure
from linli.loops.exposures.tables import Exposure
from linli.loops.laboratory import orders, results
from linli.loops.laboratory.orders import NewOrder
from linli.loops.laboratory.results import NewResult
from linli.loops.laboratory.tables import LabOrder, LabResult
from linli.loops.laboratory.whose import Told
from linli.loops.ledger import Item
from linli.loops.loop import Loop
from linli.loops.photos.tables import Photo
from linli.policy.powers import roles_for
from linli.policy.roles import STAFF, Role
from linli.registry import duplicates, imports, roster
from linli.registry.accounts import Account
from linli.registry.areas import Area, AreaCode
from linli.registry.declarations import Declaration
from linli.registry.facts import Fact
from linli.registry.households import Household
from linli.registry.organisations import Organisation
from linli.registry.people import Person
from linli.registry.plans import PlanRun, PlanRunStep, PlanVersion, Reserve, add_version
from linli.registry.resources import Resource
from linli.registry.sites import Site
from linli.registry.tokens import ApiToken
from linli.registry.vehicles import Vehicle
from linli.registry.wards import Ward
from linli.studies.epidemic.tables import CurveMark
from linli.studies.evaluation.tables import Judgement
from tests.answered import with_answer
from tests.callers import Caller, open_noise, token_for
from tests.cast import EVENING, HOUR, City
from tests.plans.prepared import PLAN
from tests.policy.examples import Examples

OWN, FOREIGN = "oak", "ash"
DAY = date(2020, 1, 1)


@dataclass
class Place:
    """One area with one row of everything in it: ids by the name of the parameter."""

    area_id: int
    rows: dict[str, int]  # by the word of the route
    ids: dict[str, int]  # by the name of the parameter or field


def furnish(city: City, name: str) -> Place:
    """Put one row of every kind into a community."""
    area = city.areas[name]
    placed: dict[str, Any] = {"area": area, "path": area.path, "source": "test", "as_of": DAY}
    point = {"longitude": 114.3, "latitude": 30.6}
    home = city.areas["house1"]
    household = Household.objects.create(
        code=f"h-{name}", home=home, door="101", changed_at=EVENING, **placed
    )
    person = Person.objects.create(
        code=f"p-{name}", name=f"Zhao {name}", household=household, changed_at=EVENING, **placed
    )
    double = Person.objects.create(
        code=f"q-{name}", name=f"Zhao {name}", household=household, changed_at=EVENING, **placed
    )
    duplicates.suspect(person.id, double.id, score=0.9, evidence=["name"], now=EVENING)
    pair = duplicates.Candidate.objects.get(first_id=person.id)
    organisation = Organisation.objects.create(
        kind="shop", name_zh=f"店{name}", area=area, path=area.path, valid_from=DAY
    )
    site = Site.objects.create(kind="shop", name_zh=f"店{name}", **placed, **point)
    vehicle = Vehicle.objects.create(kind="car", plate=f"W-{name}", n_seats=4, **placed, **point)
    resource = Resource.objects.create(what="generator", name_zh=f"机{name}", **placed, **point)
    fact = Fact.objects.create(key="households", value=3, unit="1", **placed)
    AreaCode.objects.create(area=area, system="test", code=name)
    post = roster.Post.objects.create(
        role=Role.GRID_WORKER, area=area, path=area.path, title=f"spare {name}"
    )
    assignment = roster.appoint(
        post,
        city.accounts["cleo"],
        starts_at=clock.moment(EVENING - 48 * HOUR),
        ends_at=clock.moment(EVENING + 1000 * HOUR),
    )
    empty = roster.Post.objects.create(role=Role.GRID_WORKER, area=area, path=area.path)
    holder = Account.objects.create_user(f"holder-{name}", display_name="holder", language="en")
    seat = roster.Post.objects.create(role=Role.COMMUNITY_DESK, area=area, path=area.path)
    roster.appoint(seat, holder, starts_at=clock.moment(EVENING - HOUR))
    token_for(holder)
    declared = Declaration.objects.create(
        area=area, path=area.path, mode="emergency", authority="t", reason="t",
        starts_at=EVENING - 1000 * HOUR, ends_at=EVENING + HOUR, begun_at=EVENING - 1000 * HOUR,
    )  # fmt: skip
    item = open_noise(city, Caller(city, None), name)
    Item.objects.filter(id=item).update(title=f"item of {name}")
    ward = Ward.objects.create(
        site=site, path=area.path, name_zh=f"病区{name}", category="confirmed", severity="mild",
        severity_rank=1, n_beds=4, counted_at=EVENING, source="test",
    )  # fmt: skip
    bed = Bed.objects.create(
        ward_id=ward.id, number=1, path=area.path, person_id=person.id, transfer_id=item,
        state="held", held_at=EVENING,
    )  # fmt: skip
    told = {
        "organisation_id": organisation.id,
        "site_id": site.id,
        "ward_id": ward.id,
        "bed_id": bed.id,
        "transfer_id": item,
        "run_id": item,  # what follows is asked of a gap
        "lead_id": holder.id,
        "unit_id": area.id,
    }
    rows = {
        "areas": area.id,
        "households": household.id,
        "people": person.id,
        "organisations": organisation.id,
        "sites": site.id,
        "vehicles": vehicle.id,
        "resources": resource.id,
        "facts": fact.id,
    }
    for loop in sorted(
        catalogue.all_loops().values(), key=lambda loop: not loop.opened_by - {Role.SYSTEM}
    ):
        rows[plural(loop)] = _stands(loop, item, rows, {**told, "person_id": person.id})
    stay = Item.objects.get(id=rows["stays"])
    stay.data["transfer_id"] = rows["transfers"]
    stay.save()
    about = [(word, person) for word in ("contacts", "transfers", "stays", "trips")]
    for word, who in (("cases", double), *about):
        Item.objects.filter(id=rows[word]).update(subject_kind="person", subject_id=who.id)
    rows["removals"] = open_noise(city, Caller(city, None), name)
    Item.objects.filter(id=rows["removals"]).update(kind="erase_my_data", title=f"item of {name}")
    exposure = Exposure.objects.create(
        source_id=rows["cases"], source_person_id=double.id, person_id=person.id, path=area.path,
        last_met_at=EVENING - HOUR, found_at=EVENING,
    )  # fmt: skip
    judged = Judgement.objects.create(
        framework="community", indicator="D1.1.4", area_id=area.id, path=area.path, value=50,
        expert="t", judged_on=DAY, reason="t", recorded_at=EVENING,
    )  # fmt: skip
    for word in ("disinfections", "conversions"):
        rows[f"photos of {word}"] = a_photo(rows[word], area.path)
    mark = CurveMark.objects.create(
        kind="order", area_id=area.id, path=area.path, first_on=DAY, words="t", declared_at=EVENING
    )
    closure = RoadClosure.objects.create(
        shape="point", points=[[114.3, 30.6]], path=area.path, reason="t", from_at=EVENING - HOUR,
        until_at=EVENING + HOUR, drawn_at=EVENING - HOUR,
    )  # fmt: skip
    run, held = a_plan(area, resource.id)
    ids = {
        "lead_id": holder.id,
        "unit_id": area.id,
        "plan_run_id": run,
        "reserve_id": held,
        "record_id": resource.id,
        "closure_id": closure.id,
        "route_id": closure.id,
        "whatif_id": with_answer(city, name).id,
        "judgement_id": judged.id,
        "mark_id": mark.id,
        "area_id": area.id,
        "parent_id": area.id,
        "home_id": home.id,
        "account_id": holder.id,
        "token_id": ApiToken.objects.get(account_id=holder.id).id,
        "post_id": empty.id,
        "assignment_id": assignment.id,
        "declaration_id": declared.id,
        "item": item,
        "person_id": person.id,
        "household_id": household.id,
        "pair_id": pair.id,
        "site_id": site.id,
        "organisation_id": organisation.id,
        "result_id": waiting_result(city, area.path),
        "order_id": open_order(person),
        "ward_id": ward.id,
        "bed_id": bed.id,
        "vehicle_id": vehicle.id,
        "run_id": rows["runs"],
        "stay_id": rows["stays"],
        "transfer_id": rows["transfers"],
        "source_id": rows["cases"],
        "contact_id": rows["contacts"],
        "exposure_id": exposure.id,
        "holder_id": city.accounts["cleo"].id,
    }
    return Place(area.id, rows, ids)


def a_plan(area: Area, resource_id: int) -> tuple[int, int]:
    """A run of a plan in an area, and something held back for it."""
    version = PlanVersion.objects.filter(code="noise").first() or add_version(
        "noise", PLAN.replace('code = "small"', 'code = "noise"'), by=None, now=EVENING
    )
    run = PlanRun.objects.create(
        uid=uuid4(), version=version, kind="exercise", area=area, path=area.path, reason="t",
        started_by=1, started_name="t", started_as="street_duty", started_at=EVENING - HOUR,
        ends_at=EVENING + HOUR, looked_at=EVENING, exercise=True,
    )  # fmt: skip
    for name in ("order", "guards", "later"):
        PlanRunStep.objects.create(run=run, name=name, due_at=EVENING - HOUR)
    held = Reserve.objects.create(
        kind="resources", record_id=resource_id, record_path=area.path, quantity=1, plan="noise",
        area=area, path=area.path, reason="t", signed_by=1, signed_at=EVENING,
    )  # fmt: skip
    return run.id, held.id


def waiting_result(city: City, path: str) -> int:
    """A result of the laboratory that was sampled here, and belongs to nobody yet."""
    found = NewResult("pcr", "covid19", "negative", EVENING, Told(name="nobody"), path=path)
    results.take_in(city.actor("lil"), [found], now=EVENING)
    return LabResult.objects.get(uid=found.uid).id


def open_order(person: Person) -> int:
    """A test that was asked for and waits for its result."""
    new = NewOrder(person.id, "pcr", "covid19")
    orders.order_many([new], now=EVENING)
    return LabOrder.objects.get(uid=new.uid).id


def a_photo(item_id: int, path: str) -> int:
    """A photo that stands with an item."""
    made = Photo.objects.create(
        uid=uuid4(), item_id=item_id, path=path, at=EVENING, width=1, height=1, picture=b"\xff\xd8"
    )
    return made.id


def _stands(loop: Loop, item_id: int, rows: dict[str, int], ids: dict[str, int]) -> int:
    """An item of a loop that stands where the request stands; what Linli opens has a parent."""
    if loop.name == "request":
        return item_id
    columns = Item.objects.filter(id=item_id).values().get()
    columns |= {"loop": loop.name, "stage": loop.opens, "item_class": next(iter(loop.classes))}
    columns |= {"uid": uuid4(), "token_hash": "", "title": "", "kind": "", "clock_id": None}
    if loop.opened_by == {Role.SYSTEM}:
        columns["parent_id"] = rows["directives"]
    schema = loop.asks.model_json_schema(ref_template="#/components/schemas/{model}")
    examples = Examples({"components": {"schemas": schema.get("$defs", {})}}, ids)
    columns["data"] = loop.asks.model_validate(examples.of(schema)).model_dump(mode="json")
    del columns["id"]
    return Item.objects.create(**columns).id


def open_more(city: City, place: Place, name: str) -> None:
    """A second request in the community, for who merges."""
    place.ids["item"] = open_noise(city, Caller(city, None), name)


def cast_of_every_role(city: City) -> dict[str, dict[str, str]]:
    """For each role the headers of somebody who holds it in Oak Lane, and in nothing else."""
    callers: dict[str, dict[str, str]] = {"visitor": {}}
    for role in [Role.RESIDENT, *sorted(STAFF)]:
        account = Account.objects.create_user(f"only_{role}", display_name=role, language="en")
        if role is not Role.RESIDENT:
            area = city.areas[OWN]
            post = roster.Post.objects.create(role=role, area=area, path=area.path)
            roster.appoint(post, account, starts_at=clock.moment(EVENING - HOUR))
        Notice.objects.create(account_id=account.id, at=EVENING, n_messages=0)
        if role is Role.DRIVER:  # who sees the runs that name them
            Item.objects.filter(loop="run").update(data={"driver_id": account.id})
        callers[role] = {"Authorization": f"Bearer {token_for(account)}"}
    return callers


def without_second_factor(role: Role) -> Client:
    """The same person in a session that has shown only a password."""
    client = Client(raise_request_exception=False)
    account = Account.objects.get(username=f"only_{role}")
    client.force_login(account)
    return client


def a_file(path: str) -> dict[str, Any]:
    """A list to be imported, or a photo, as a form sends it."""
    if path.endswith("/photos"):
        picture = BytesIO()
        Image.new("RGB", (8, 8)).save(picture, "JPEG")
        return {"file": SimpleUploadedFile("stairs.jpg", picture.getvalue())}
    return {"kind": "duties", "file": SimpleUploadedFile("duties.csv", b"code,topic\n1,x\n")}


def imports_of_their_own() -> dict[str, int]:
    """An upload and its run of each role that may import; the rest is given the first one's."""
    ids: dict[str, int] = {}
    for role in sorted(roles_for("imports.run")):
        account = Account.objects.get(username=f"only_{role}")
        actor = roster.actor_of(account, EVENING, two_factor=True)
        upload = imports.begin(actor, "duties", BytesIO(b"code,topic\n1,x\n"), "duties.csv")
        job = queue.ask("import", account_id=account.id, upload=upload.id, dry_run=True)
        own = {"upload_id": upload.id, "job_id": job.id}
        ids = {**own, **ids} | {f"{name} of {role}": value for name, value in own.items()}
    return ids


def set_where_a_step_starts(item_id: int, step_name: str) -> None:
    """Put an item into a stage from which a step can be taken, so that policy is what answers."""
    item = Item.objects.get(id=item_id)
    loop = catalogue.get(item.loop)
    step = loop.step(step_name)
    if step is not None:
        stage = loop.stage(sorted(step.origin)[0])
        Item.objects.filter(id=item_id).update(stage=stage.name, state=stage.state.value)
