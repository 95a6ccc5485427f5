"""How would a dispatcher staff trips: one after the other, each with whoever is there for it?

Each goes to the crew and the vehicle that can leave soonest; of those who can, to the one who has
waited least, so that others stay free for what comes next. It is where the search begins, what it
has to beat, and how quickly many plans can be compared.
"""

from collections.abc import Sequence

from linli.analysis.dispatch.crews import Job, Turn, Yard

NOBODY_YET = -1


def in_turn(jobs: Sequence[Job], yard: Yard) -> list[Turn]:
    """A plan as a dispatcher makes it: trip after trip, as they are given."""
    return Teller(jobs, yard).turns(range(len(jobs)))


class Teller:
    """Tells what an order comes to: plain numbers, since it is asked thousands of times."""

    def __init__(self, jobs: Sequence[Job], yard: Yard) -> None:
        self.jobs, self.yard = jobs, yard
        numbers = {c: n for n, c in enumerate(dict.fromkeys(job.category for job in jobs))}
        self.category = [numbers[job.category] for job in jobs]
        self.carried = [
            NOBODY_YET if v.last_carried is None else numbers.get(v.last_carried, len(numbers))
            for v in yard.vehicles
        ]
        self.rows = [
            (k, job.crews, job.vehicles, self.category[k], job.earliest_s, job.latest_s,
             job.whole_s, job.arrive_s, job.persons)
            for k, job in enumerate(jobs)
        ]  # fmt: skip
        self.until_crew = [c.duty.until_s for c in yard.crews]
        self.until_vehicle = [v.duty.until_s for v in yard.vehicles]
        self.different = max(yard.cleaning_s, yard.turnaround_s)

    def tell(self, order: Sequence[int]) -> tuple[int, int, int, int]:
        """Seconds outside hours and windows, the last arrival, everybody's wait, who is last."""
        breach_s = last_s = waits_s = latest = 0
        for k, _, _, start, out_s in self._given(order):
            arrive = start + self.rows[k][7]
            breach_s += out_s
            if arrive > last_s:
                last_s, latest = arrive, k
            waits_s += arrive * self.rows[k][8]
        return breach_s, last_s, waits_s, latest

    def turns(self, order: Sequence[int]) -> list[Turn]:
        """Who takes which trip when, in the order of the jobs."""
        found = {}
        for k, crew, vehicle, start, _ in self._given(order):
            job = self.jobs[k]
            found[k] = Turn(job.trip, vehicle, crew, start, start + job.arrive_s,
                            start + job.whole_s)  # fmt: skip
        return [found[k] for k in range(len(self.jobs))]

    def _given(self, order: Sequence[int]) -> list[tuple[int, int, int, int, int]]:
        crews = [c.duty.from_s for c in self.yard.crews]
        vehicles = [v.duty.from_s for v in self.yard.vehicles]
        carried = self.carried.copy()
        driven = [False] * len(vehicles)
        same, different = self.yard.turnaround_s, self.different
        given = []
        for k in order:
            _, able, fits, category, earliest, latest, whole, _, _ = self.rows[k]
            at = max(min([crews[c] for c in able]), earliest)
            vehicle, start, waited = -1, -1, -1
            for v in fits:
                ready = vehicles[v]
                before = carried[v]
                if driven[v]:
                    ready += same if before == category else different
                elif before not in (NOBODY_YET, category):
                    ready += self.yard.cleaning_s
                if ready <= at:
                    if start != at or ready > waited:
                        vehicle, start, waited = v, at, ready
                elif vehicle < 0 or ready < start:
                    vehicle, start, waited = v, ready, ready
            crew, since = -1, -1
            for c in able:
                if since < crews[c] <= start:
                    crew, since = c, crews[c]
            end = start + whole
            out_s = max(0, end - self.until_crew[crew]) + max(0, end - self.until_vehicle[vehicle])
            if latest is not None and start > latest:
                out_s += start - latest
            crews[crew] = vehicles[vehicle] = end
            carried[vehicle], driven[vehicle] = category, True
            given.append((k, crew, vehicle, start, out_s))
        return given
