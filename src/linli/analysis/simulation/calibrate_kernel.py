"""How many are infected, report by day under given parameters? `calibrate`, compiled."""

from typing import Any, NamedTuple

from numba import njit

STEPS_A_DAY = 4
WAIT_STEPS = 3  # of the wait from onset to report: a gamma with shape 3, assumed


class Known(NamedTuple):
    """A model as compiled code reads it; what differs by day has shape (days,)."""

    contact: Any  # which contact rate holds
    leaving: Any  # share of people who leave and are replaced a day
    wait_days: Any  # from onset to a laboratory's report
    is_late: Any  # whether the later factor of the wait holds
    is_tested: Any  # whether anybody is tested yet
    is_clinical: Any
    early_onsets: Any  # (3,)
    latent_days: float
    presymptomatic_days: float
    ill_days: float
    unseen_infectiousness: float
    reported: float
    clinical_days: float
    people: float


@njit(nogil=True, cache=True)
def simulate(known, contact, others, reports, infections, onsets):
    """Write expected reports, infections and seen onsets, each of shape (draws, days).

    Parameters
    ----------
    contact, others
        Contact rates, shape (draws, rates); tested, start, slower and slower late, (draws, 4).
    """
    dt, seen, less = 1.0 / STEPS_A_DAY, known.reported, known.unseen_infectiousness
    n_days = reports.shape[1]
    for d in range(len(contact)):
        tested, start, slower, late = others[d]
        scale = start / (seen * tested)
        latent, before = scale * known.early_onsets[0], scale * known.early_onsets[1]
        ill = scale * known.early_onsets[2] * seen
        unseen = scale * known.early_onsets[2] * (1 - seen)
        s = known.people - latent - before - ill - unseen
        way_1, way_2, to_test, to_other = start * known.early_onsets[2], 0.0, 0.0, 0.0
        for day in range(n_days):
            beta, leave = contact[d, known.contact[day]], dt * known.leaving[day]
            wait = known.wait_days[day] * (late if known.is_late[day] else slower)
            on = min(1.0, WAIT_STEPS * dt / wait)
            other_on = min(1.0, dt / known.clinical_days) if known.is_clinical[day] else 0.0
            got = found = fell = 0.0
            for _ in range(STEPS_A_DAY):
                new = dt * beta * s / known.people * (ill + less * (before + unseen))
                moved = dt / known.latent_days * latent
                onset = dt / known.presymptomatic_days * before
                s += leave * (latent + before + unseen) - new  # who leaves is replaced
                latent += new - moved - leave * latent
                before += moved - onset - leave * before
                ill += seen * onset - min(1.0, dt / known.ill_days + dt / wait) * ill
                unseen += (1 - seen) * onset - (dt / known.ill_days + leave) * unseen
                tested_now = on * to_test if known.is_tested[day] else 0.0
                counted, arrived = other_on * to_other, on * way_2
                way_2 += on * way_1 - arrived
                way_1 += seen * tested * onset - on * way_1
                to_test += arrived - tested_now
                to_other += arrived * (1 - tested) / tested - counted
                got += tested_now + counted
                found += new
                fell += seen * onset
            reports[d, day], infections[d, day], onsets[d, day] = got, found, fell
