"""What are outcomes and series called, for whoever reads a table or a picture?"""

from typing import TYPE_CHECKING

from linli.errors import N_, Phrase

if TYPE_CHECKING:
    from linli.analysis.simulation.disease import Disease

OUTCOME_NAMES = {
    "infections": N_("Infections"),
    "deaths": N_("Deaths"),
    "peak_queue": N_("Longest queue for a bed"),
    "closed_person_days": N_("Days behind gates, all people"),
    "held_person_days": N_("Days in quarantine, all people"),
    "undelivered_days": N_("Days without a delivery, all households"),
    "reports": N_("Reported cases"),
}
SERIES_NAMES = {
    "infections": N_("Infections a day"),
    "reports": N_("Reported cases a day"),
    "deaths": N_("Deaths a day"),
    "infectious": N_("Infectious people"),
    "ward_in": N_("People in a bed"),
    "ward_queue": N_("People waiting for a bed"),
    "intensive_queue": N_("People waiting for intensive care"),
    "shelter_in": N_("People in shelter hospitals"),
    "held_people": N_("People in quarantine"),
    "closed_people": N_("People behind gates"),
    "test_queue": N_("People waiting for a test"),
    "trace_queue": N_("Cases waiting for a tracer"),
    "shelter_queue": N_("People waiting for a shelter hospital"),
    "room_queue": N_("People at home for want of a room"),
    "held_room_queue": N_("People quarantined at home for want of a room"),
    "undelivered": N_("Households without their delivery"),
}
DEATHS_COME_LATER = N_(
    "Who dies does so about {n} days after the infection, and these are {days} days: most of the "
    "deaths that a choice spares come after them."
)


def deaths_told(disease: "Disease", n_days: int) -> Phrase | None:
    """What a run is too short to tell of deaths; None where it is long enough."""
    to_death = round(disease.days_to_death)
    if n_days >= 2 * to_death:
        return None
    return Phrase(DEATHS_COME_LATER, n=to_death, days=n_days)
