"""Which roles may do what with the registry and the boards? One table, printed by the tests.

The steps of a loop name their own roles; everything else that can be done is a line here.
"""

from linli.policy.roles import (
    DESKS,
    DOOR_STAFF,
    DUTY_OFFICERS,
    FIELD_STAFF,
    FOLLOWERS,
    HEALTH_STAFF,
    STAFF,
    TRACERS,
    Role,
)

_KEEPERS = frozenset({Role.DATA_OFFICE})
_READERS = (STAFF - DOOR_STAFF) - {
    Role.ANALYST,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
    Role.PARTNER,
    Role.LABORATORY,
}

POWERS: dict[str, frozenset[Role]] = {
    # places and codes carry no personal data: everybody may see them
    "codes.see": frozenset(Role) - {Role.SYSTEM},
    "areas.see": frozenset(Role) - {Role.SYSTEM},
    "areas.edit": _KEEPERS,
    "organisations.see": STAFF,
    "organisations.edit": _KEEPERS,
    "sites.see": STAFF | {Role.RESIDENT},
    "sites.edit": _KEEPERS,
    "vehicles.see": (STAFF - DOOR_STAFF) - {Role.ANALYST, Role.AUDITOR},
    "vehicles.edit": _KEEPERS | {Role.SECRETARY, Role.STREET_DUTY},
    "resources.see": (STAFF - DOOR_STAFF) - {Role.ANALYST, Role.AUDITOR},
    "resources.edit": _KEEPERS | {Role.SECRETARY, Role.STREET_DUTY},
    "duties.see": STAFF,
    "duties.edit": _KEEPERS | {Role.ADMINISTRATOR},
    "facts.see": STAFF,
    "facts.edit": _KEEPERS,
    # people and households: a purpose is asked as well, and fields differ by role
    "households.see": _READERS,
    "households.edit": _KEEPERS | {Role.GRID_WORKER, Role.SECRETARY},
    "people.see": _READERS,
    "people.edit": _KEEPERS | {Role.GRID_WORKER, Role.SECRETARY},
    "people.merge": _KEEPERS,
    # who leaves the register: numbers for who signs and checks, names for who sees why they left
    "removals.see": _KEEPERS | DUTY_OFFICERS | {Role.SECRETARY, Role.AUDITOR, Role.ADMINISTRATOR},
    "removals.names": _KEEPERS | {Role.SECRETARY, Role.STREET_DUTY},
    "people.erase": frozenset({Role.SECRETARY}),  # answers the resident who asked for it as well
    "people.break_glass": FIELD_STAFF,
    # where people were, whom they met, and how contacts are
    "visits.see": TRACERS,
    "visits.edit": TRACERS | {Role.CLINICIAN},
    "exposures.decide": TRACERS,
    "follow_ups.do": FOLLOWERS,
    "follow_ups.plan": TRACERS,
    "chains.see": TRACERS,
    # the laboratory: it sees tubes; who treats, traces or keeps the registry sees whose they are
    "laboratory.order": frozenset({Role.CLINICIAN, Role.TRACER}) | DESKS,
    "laboratory.result": frozenset({Role.LABORATORY, Role.CLINICIAN}),
    "laboratory.see": HEALTH_STAFF,
    "laboratory.match": frozenset({Role.CLINICIAN, Role.TRACER}) | _KEEPERS,
    # the four ratios: counts for whoever commands, names for whoever acts on them
    "ratios.see": DESKS | HEALTH_STAFF - {Role.LABORATORY} | {Role.ANALYST},
    "ratios.list": DESKS | HEALTH_STAFF - {Role.LABORATORY},
    # beds and runs: counts for who sends and who receives; the queue and a run name people
    "beds.see": DESKS | {Role.CLINICIAN, Role.ANALYST},
    "beds.report": frozenset({Role.CLINICIAN, Role.DATA_OFFICE}) | DUTY_OFFICERS,
    "transfers.ask": DESKS | {Role.CLINICIAN},
    "trips.ask": DESKS | {Role.GRID_WORKER, Role.CLINICIAN},
    "ongoing_care.ask": DESKS | {Role.GRID_WORKER, Role.CLINICIAN},
    "transfers.queue": DESKS | {Role.CLINICIAN},
    "wards.receive": frozenset({Role.CLINICIAN, Role.COMMUNITY_DESK, Role.SECRETARY}),
    "transfers.drive": frozenset({Role.DRIVER}) | DUTY_OFFICERS,
    "closures.see": DESKS | {Role.CLINICIAN, Role.DRIVER},
    "closures.draw": DUTY_OFFICERS,
    # who answers for what
    "roster.see": STAFF - DOOR_STAFF,
    "roster.edit": frozenset({Role.SECRETARY, Role.ADMINISTRATOR}) | DUTY_OFFICERS,
    "accounts.edit": frozenset({Role.ADMINISTRATOR}),
    # screening: reports and names take the purpose, counts do not
    "screening.report": frozenset(
        {Role.GRID_WORKER, Role.COMMUNITY_DESK, Role.SECRETARY, Role.STREET_DUTY, Role.RESIDENT}
    ),
    "screening.see": frozenset(
        {Role.GRID_WORKER, Role.COMMUNITY_DESK, Role.SECRETARY, Role.STREET_DUTY}
    ),
    "coverage.see": FIELD_STAFF | {Role.ANALYST},
    "questionnaire.edit": frozenset({Role.CITY_COMMAND, Role.ADMINISTRATOR}),
    "rewards.pay": frozenset({Role.COMMUNITY_DESK, Role.SECRETARY}),
    "disinfection.plan": frozenset({Role.COMMUNITY_DESK, Role.SECRETARY, Role.STREET_DUTY}),
    "signals.see": DUTY_OFFICERS | {Role.ANALYST, Role.TRACER},
    # the course of an outbreak: counts only; orders and changes of definition by name
    "epidemic.see": DUTY_OFFICERS | {Role.ANALYST, Role.TRACER, Role.DATA_OFFICE},
    "epidemic.declare": DUTY_OFFICERS | {Role.ANALYST, Role.DATA_OFFICE},
    # warnings: counts for who decides there and who studies them; a run is of the whole city
    "warning.see": DUTY_OFFICERS | {Role.SECRETARY, Role.ANALYST, Role.TRACER},
    "warning.run": frozenset({Role.CITY_COMMAND, Role.ANALYST}),
    # the evaluation: whoever answers for a unit, and whoever studies the records
    "evaluation.see": DUTY_OFFICERS | {Role.SECRETARY, Role.ANALYST, Role.DATA_OFFICE},
    "evaluation.judge": frozenset({Role.ANALYST, Role.DATA_OFFICE}),
    "evaluation.keep": frozenset({Role.ANALYST, Role.DATA_OFFICE, Role.CITY_COMMAND}),
    # risk: whoever answers for a unit or studies the records; the register of estates with it
    "risk.see": DUTY_OFFICERS | {Role.SECRETARY, Role.ANALYST, Role.DATA_OFFICE},
    "risk.run": frozenset({Role.ANALYST, Role.DATA_OFFICE, Role.CITY_COMMAND}),
    "estates.see": FIELD_STAFF | {Role.ANALYST, Role.DATA_OFFICE},
    "estates.ask": DUTY_OFFICERS | {Role.SECRETARY, Role.COMMUNITY_DESK},
    # what-if: worlds that start from today's records, and a decision that a commander signs
    "whatif.see": DUTY_OFFICERS | {Role.ANALYST, Role.TRACER},
    "whatif.run": DUTY_OFFICERS | {Role.ANALYST},
    "whatif.decide": DUTY_OFFICERS,
    # plans: who stands ready reads them; a commander starts one, in an exercise or for real
    "plans.see": STAFF - DOOR_STAFF,
    "plans.ready": DESKS | {Role.ANALYST, Role.DATA_OFFICE},
    "plans.sign": frozenset({Role.CITY_COMMAND, Role.ADMINISTRATOR}),
    "plans.reserve": DUTY_OFFICERS,
    "plans.exercise": DUTY_OFFICERS,
    "plans.start": frozenset({Role.DISTRICT_COMMAND, Role.CITY_COMMAND}),
    "plans.answer": STAFF - {Role.AUDITOR},
    # data in and out
    "imports.run": _KEEPERS | {Role.ADMINISTRATOR},  # each list takes its own power as well
    "exports.run": _KEEPERS | {Role.SECRETARY} | DUTY_OFFICERS,
    # rules and modes
    "limits.see": STAFF - DOOR_STAFF,
    "limits.edit": frozenset({Role.ADMINISTRATOR, Role.CITY_COMMAND}),
    "mode.declare": frozenset({Role.CITY_COMMAND, Role.DISTRICT_COMMAND}),
    # boards
    "work.see": FIELD_STAFF | HEALTH_STAFF | {Role.PARTNER},
    "board.see": DESKS | {Role.ANALYST},
    "map.see": STAFF - DOOR_STAFF,
    "audit.see": frozenset({Role.AUDITOR}),
    "back_check.see": DESKS | {Role.AUDITOR},
}


def roles_for(verb: str) -> frozenset[Role]:
    """The roles that may do this; an unknown verb is nobody's."""
    return POWERS.get(verb, frozenset())
