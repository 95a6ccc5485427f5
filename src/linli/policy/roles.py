"""Which roles are there, what does each do, and what may each need resident data for?"""

from enum import StrEnum

from linli.errors import N_


class Role(StrEnum):
    """A role somebody holds through a post, in one area, from one moment to another."""

    VISITOR = "visitor"
    RESIDENT = "resident"
    GRID_WORKER = "grid_worker"
    COMMUNITY_DESK = "community_desk"
    SECRETARY = "secretary"
    STREET_DUTY = "street_duty"
    DISTRICT_COMMAND = "district_command"
    CITY_COMMAND = "city_command"
    PARTNER = "partner"
    CLINICIAN = "clinician"
    LABORATORY = "laboratory"
    TRACER = "tracer"
    GATE_KEEPER = "gate_keeper"
    COURIER = "courier"
    DRIVER = "driver"
    DATA_OFFICE = "data_office"
    ANALYST = "analyst"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


SENTENCES: dict[Role, str] = {
    Role.VISITOR: N_("Anybody: asks for help and follows the own request by its token."),
    Role.RESIDENT: N_("Lives here: asks, follows, says whether it was solved, and rates."),
    Role.GRID_WORKER: N_("Knows a grid door by door: visits, asks on behalf, solves on the spot."),
    Role.COMMUNITY_DESK: N_("Answers the community's desk: takes requests in and hands them out."),
    Role.SECRETARY: N_("Leads a community: answers for all its work, first responsible."),
    Role.STREET_DUTY: N_("On duty for a street: takes over what communities cannot solve."),
    Role.DISTRICT_COMMAND: N_("Commands a district: sees what is late and moves what is stuck."),
    Role.CITY_COMMAND: N_("Commands the city: sets the mode, supervises what climbed this far."),
    Role.PARTNER: N_("Works for a partner organisation: does the part handed to it."),
    Role.CLINICIAN: N_("Sees patients: reports cases, and says what somebody has."),
    Role.LABORATORY: N_("Tests samples: enters results, and sees no more than the order."),
    Role.TRACER: N_("Traces for disease control: visits, contacts, chains and their ends."),
    Role.GATE_KEEPER: N_("Keeps a gate: measures temperatures and sees nobody's health."),
    Role.COURIER: N_("Carries things to doors: sees a door and a name, nothing else."),
    Role.DRIVER: N_("Drives a run: sees where to stop and who gets on, nothing else."),
    Role.DATA_OFFICE: N_("Keeps the registry right: edits, imports, merges, exports."),
    Role.ANALYST: N_("Studies the records: sees counts everywhere and no names."),
    Role.AUDITOR: N_("Checks who did and saw what: reads the audit, changes nothing."),
    Role.ADMINISTRATOR: N_("Runs the deployment: accounts, posts, limits and ladders."),
    Role.SYSTEM: N_("Linli itself: moves clocks and does what a rule says."),
}

NAMES: dict[Role, str] = {
    Role.VISITOR: N_("visitor"),
    Role.RESIDENT: N_("resident"),
    Role.GRID_WORKER: N_("grid worker"),
    Role.COMMUNITY_DESK: N_("community desk officer"),
    Role.SECRETARY: N_("community secretary"),
    Role.STREET_DUTY: N_("street duty officer"),
    Role.DISTRICT_COMMAND: N_("district commander"),
    Role.CITY_COMMAND: N_("city commander"),
    Role.PARTNER: N_("partner worker"),
    Role.CLINICIAN: N_("clinician"),
    Role.LABORATORY: N_("laboratory worker"),
    Role.TRACER: N_("contact tracer"),
    Role.GATE_KEEPER: N_("gate keeper"),
    Role.COURIER: N_("courier"),
    Role.DRIVER: N_("driver"),
    Role.DATA_OFFICE: N_("data officer"),
    Role.ANALYST: N_("analyst"),
    Role.AUDITOR: N_("auditor"),
    Role.ADMINISTRATOR: N_("administrator"),
    Role.SYSTEM: N_("system"),
}

EVERYONE = frozenset({Role.VISITOR, Role.RESIDENT})
COMMUNITY_STAFF = frozenset({Role.GRID_WORKER, Role.COMMUNITY_DESK, Role.SECRETARY})
DUTY_OFFICERS = frozenset({Role.STREET_DUTY, Role.DISTRICT_COMMAND, Role.CITY_COMMAND})
DESKS = frozenset({Role.COMMUNITY_DESK, Role.SECRETARY}) | DUTY_OFFICERS
FIELD_STAFF = COMMUNITY_STAFF | DUTY_OFFICERS
HEALTH_STAFF = frozenset({Role.CLINICIAN, Role.LABORATORY, Role.TRACER})
TRACERS = frozenset({Role.TRACER, Role.SECRETARY}) | DUTY_OFFICERS  # who may investigate
FOLLOWERS = TRACERS | {Role.GRID_WORKER, Role.COMMUNITY_DESK, Role.CLINICIAN}  # who ask contacts
DOOR_STAFF = frozenset({Role.GATE_KEEPER, Role.COURIER, Role.DRIVER})
STAFF = (
    FIELD_STAFF
    | HEALTH_STAFF
    | DOOR_STAFF
    | {
        Role.PARTNER,
        Role.DATA_OFFICE,
        Role.ANALYST,
        Role.AUDITOR,
        Role.ADMINISTRATOR,
    }
)


class Purpose(StrEnum):
    """What resident data is looked at for; every look names one, and the log keeps it."""

    SERVICE = "service"
    CARE = "care"
    SCREENING = "screening"
    INVESTIGATION = "investigation"
    REGISTRY = "registry"
    OVERSIGHT = "oversight"


PURPOSE_NAMES: dict[Purpose, str] = {
    Purpose.SERVICE: N_("answering a request"),
    Purpose.CARE: N_("caring for somebody"),
    Purpose.SCREENING: N_("screening"),
    Purpose.INVESTIGATION: N_("epidemiological investigation"),
    Purpose.REGISTRY: N_("keeping the registry right"),
    Purpose.OVERSIGHT: N_("oversight"),
}

_WORK = frozenset({Purpose.SERVICE, Purpose.CARE, Purpose.SCREENING})

PURPOSES: dict[Role, frozenset[Purpose]] = {
    Role.GRID_WORKER: _WORK,
    Role.COMMUNITY_DESK: _WORK,
    Role.SECRETARY: _WORK | {Purpose.INVESTIGATION, Purpose.REGISTRY},
    Role.STREET_DUTY: _WORK | {Purpose.INVESTIGATION},
    Role.DISTRICT_COMMAND: frozenset({Purpose.SERVICE, Purpose.INVESTIGATION}),
    Role.CITY_COMMAND: frozenset({Purpose.SERVICE, Purpose.INVESTIGATION}),
    Role.PARTNER: frozenset({Purpose.SERVICE}),
    Role.CLINICIAN: frozenset({Purpose.CARE}),
    Role.LABORATORY: frozenset({Purpose.CARE}),
    Role.TRACER: frozenset({Purpose.INVESTIGATION}),
    Role.GATE_KEEPER: frozenset({Purpose.SCREENING}),
    Role.DRIVER: frozenset({Purpose.SERVICE}),
    Role.DATA_OFFICE: frozenset({Purpose.REGISTRY}),
    Role.AUDITOR: frozenset({Purpose.OVERSIGHT}),
}
