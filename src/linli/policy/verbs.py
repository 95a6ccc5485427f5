"""How does a refusal say what somebody wanted to do? In words, and not by the name of a power."""

from linli.errors import N_

WORDS: dict[str, str] = {
    "codes.see": N_("see code lists"),
    "areas.see": N_("see areas"),
    "areas.edit": N_("change areas"),
    "organisations.see": N_("see organisations"),
    "organisations.edit": N_("change organisations"),
    "sites.see": N_("see sites"),
    "sites.edit": N_("change sites"),
    "vehicles.see": N_("see vehicles"),
    "vehicles.edit": N_("change vehicles"),
    "resources.see": N_("see resources"),
    "resources.edit": N_("change resources"),
    "duties.see": N_("see the duty list"),
    "duties.edit": N_("change the duty list"),
    "facts.see": N_("see figures"),
    "facts.edit": N_("change figures"),
    "households.see": N_("see households"),
    "households.edit": N_("change households"),
    "people.see": N_("see residents' records"),
    "people.edit": N_("change residents' records"),
    "people.merge": N_("merge records"),
    "people.break_glass": N_("open a record in an emergency"),
    "visits.see": N_("see visits"),
    "visits.edit": N_("record visits"),
    "exposures.decide": N_("decide on contacts"),
    "follow_ups.do": N_("follow contacts up"),
    "follow_ups.plan": N_("plan follow-ups"),
    "chains.see": N_("see chains"),
    "ratios.see": N_("see the four ratios"),
    "ratios.list": N_("see who is missing from a ratio"),
    "laboratory.order": N_("ask for a test"),
    "laboratory.result": N_("enter results of a laboratory"),
    "laboratory.see": N_("see what the laboratory has to do"),
    "laboratory.match": N_("say whose a result is"),
    "roster.see": N_("see the roster"),
    "roster.edit": N_("change the roster"),
    "accounts.edit": N_("change accounts"),
    "imports.run": N_("take lists in"),
    "exports.run": N_("send lists out"),
    "limits.see": N_("see limits"),
    "limits.edit": N_("sign limits"),
    "mode.declare": N_("declare a mode"),
    "work.see": N_("see own work"),
    "board.see": N_("see the board"),
    "map.see": N_("see the map"),
    "audit.see": N_("see the audit"),
    "back_check.see": N_("see back-checks"),
}
ACTS = {"open": N_("open an item"), "see": N_("see items")}


def said(verb: str) -> str:
    """The words for a verb of the powers, or for opening or seeing what a loop holds."""
    return WORDS.get(verb) or ACTS.get(verb.rpartition(".")[2], verb)
