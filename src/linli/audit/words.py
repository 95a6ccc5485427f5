"""How does an act of the audit read? One sentence, in the reader's language, naming ids only."""

from collections.abc import Callable, Mapping

from linli.audit.records import Record
from linli.errors import N_
from linli.policy.roles import NAMES, PURPOSE_NAMES, Purpose, Role

ACTS: dict[str, str] = {
    "add": N_("added"),
    "answer": N_("answered the call of"),
    "appoint": N_("appointed"),
    "ask": N_("asked for a place for"),
    "ask_what_if": N_("put the question of"),
    "break_glass": N_("opened in an emergency"),
    "build": N_("built"),
    "cancel": N_("cancelled"),
    "cancel_order": N_("called off"),
    "contact": N_("looked up how to reach"),
    "count": N_("counted the beds of"),
    "decide": N_("decided"),
    "declare": N_("declared"),
    "describe": N_("described"),
    "destroy": N_("destroyed"),
    "edit": N_("changed"),
    "end": N_("brought to its end"),
    "expire": N_("ended by itself"),
    "export": N_("exported"),
    "export.end": N_("finished the export of"),
    "import.change": N_("changed by an import"),
    "import.create": N_("added by an import"),
    "import.dry_run": N_("tried an import of"),
    "import.run": N_("imported"),
    "issue": N_("issued"),
    "judge": N_("gave an expert's word on"),
    "lift": N_("lifted"),
    "look_again": N_("looked again at"),
    "list": N_("saw in a list"),
    "match": N_("said whose it is"),
    "merge": N_("merged"),
    "open": N_("opened"),
    "order": N_("asked for"),
    "password": N_("took the password of"),
    "pay": N_("paid"),
    "hand_over": N_("handed over"),
    "plan": N_("planned"),
    "start": N_("started"),
    "take_on": N_("took the gaps on of"),
    "relieve": N_("relieved"),
    "erase": N_("erased on request"),
    "remove": N_("removed"),
    "report": N_("reported"),
    "revoke": N_("ended"),
    "second_factor": N_("took the second factor of"),
    "see": N_("looked at"),
    "see_chain": N_("looked at a chain"),
    "see_follow_ups": N_("looked at follow-ups"),
    "see_visits": N_("looked at visits"),
    "shut": N_("shut"),
    "sign": N_("signed"),
    "snapshot": N_("kept as it stood"),
    "take_in": N_("took in"),
    "unmerge": N_("took a merge back"),
    "withdraw": N_("withdrew"),
    "write": N_("wrote down"),
}
KINDS: dict[str, str] = {
    "account": N_("account"),
    "areas": N_("area"),
    "beds": N_("who was in which bed"),
    "care_contacts": N_("calls and visits of care"),
    "curve_mark": N_("mark on a curve"),
    "closures": N_("closed road"),
    "demo": N_("demonstration"),
    "disinfection": N_("disinfection"),
    "risk": N_("risk of communities"),
    "risk_runs": N_("counts of the risk"),
    "run_routes": N_("ways of runs"),
    "duties": N_("duty"),
    "evaluation": N_("evaluation"),
    "evaluation_nights": N_("counts of the nights"),
    "exposures": N_("exposures"),
    "facts": N_("figure"),
    "follow_ups": N_("follow-ups"),
    "households": N_("household"),
    "households_empty": N_("households in which nobody lives"),
    "item": N_("item"),
    "keeping": N_("how long words are kept"),
    "laboratory": N_("sample or result"),
    "laboratory_orders": N_("samples asked for"),
    "laboratory_results": N_("results of a laboratory"),
    "limits": N_("limits"),
    "mode": N_("mode"),
    "office_calendar": N_("office calendar"),
    "organisations": N_("organisation"),
    "pair": N_("pair of records that may be one"),
    "people": N_("person"),
    "people_asked": N_("people who asked to be erased"),
    "people_died": N_("people who have died"),
    "people_mistaken": N_("people who were entered by mistake"),
    "people_moved": N_("people who have moved away"),
    "people_reported": N_("people known from the report of a case only"),
    "people_visiting": N_("people who were here on a visit only"),
    "photo": N_("photo"),
    "plan": N_("plan"),
    "plan_run": N_("run of a plan"),
    "photos": N_("photos"),
    "post": N_("post"),
    "posts": N_("post"),
    "qualifications": N_("qualification"),
    "questionnaire": N_("questionnaire"),
    "request_types": N_("type of request"),
    "resources": N_("resource"),
    "reserve": N_("reserve of a plan"),
    "reward": N_("reward"),
    "roster": N_("assignment"),
    "screening": N_("round"),
    "screening_beaten": N_("reports that another outdid"),
    "screening_missed": N_("people missed in a round"),
    "screening_owed": N_("reports owed"),
    "screening_reports": N_("reports of a round"),
    "screening_rewards": N_("rewards"),
    "sites": N_("site"),
    "token": N_("access token"),
    "upload": N_("list sent in"),
    "vehicles": N_("vehicle"),
    "visits": N_("visits"),
    "warning": N_("signals"),
    "wards": N_("ward"),
    "warning_looks": N_("looks at the signals"),
    "what_ifs": N_("what-if runs"),
    # a list that is taken in names the table it went to
    "area": N_("area"),
    "duty": N_("duty"),
    "fact": N_("figure"),
    "household": N_("household"),
    "organisation": N_("organisation"),
    "person": N_("person"),
    "requesttype": N_("type of request"),
    "resource": N_("resource"),
    "site": N_("site"),
    "vehicle": N_("vehicle"),
    "what_if": N_("what-if run"),
}
_SOMEBODY = N_("{role}, account {account}, {act}: {kind} {subject}")
_LINLI = N_("{role} {act}: {kind} {subject}")
_PURPOSE = N_("{sentence} – for: {purpose}")


def act_said(row: Record, translate: Callable[[str], str] = str) -> str:
    """What was done, in words."""
    return translate(ACTS.get(row.act, row.act))


def kind_said(
    row: Record, translate: Callable[[str], str] = str, *, loops: Mapping[str, str] | None = None
) -> str:
    """What it was done to, in words; ``loops`` names what falls under a loop."""
    return translate(KINDS.get(row.kind) or (loops or {}).get(row.kind, row.kind))


def sentence(
    row: Record, translate: Callable[[str], str] = str, *, loops: Mapping[str, str] | None = None
) -> str:
    """The whole act as one sentence."""
    role = translate(NAMES[Role(row.role)]) if row.role in set(Role) else "–"
    pattern = _LINLI if row.actor_id is None else _SOMEBODY
    told = (
        translate(pattern)
        .format(
            role=role,
            account=row.actor_id,
            act=act_said(row, translate),
            kind=kind_said(row, translate, loops=loops),
            subject=row.subject,
        )
        .strip()
    )
    if row.purpose not in set(Purpose):
        return told
    purpose = translate(PURPOSE_NAMES[Purpose(row.purpose)])
    return translate(_PURPOSE).format(sentence=told, purpose=purpose)
