"""What do clinics, the laboratory, tracers and grid workers do on each day of the outbreak?

Everybody works through the doors of the engine, each in the own name and at the own hour, by
looking at what is open; nothing is written that did not happen. Late is late here too: beds are
short, tubes wait, and some contacts are not at home.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from random import Random
from uuid import UUID

from linli import clock
from linli.demo import fever_clinic, meetings, tubes
from linli.demo.curve import ended_by
from linli.demo.outbreak import DAY, HOUR, Ill, Outbreak
from linli.demo.staff import Staff
from linli.errors import Problem
from linli.loops import catalogue
from linli.loops.acts import Act, Open, Outcome, Take, act_many
from linli.loops.follow_ups import seen
from linli.loops.follow_ups import watch as follow_ups
from linli.loops.follow_ups.tables import TEST_SLOT, FollowUp, Seen
from linli.loops.opening import Opening
from linli.loops.under_way import UnderWay, n_ended, people_of, under_way
from linli.policy.roles import Role
from linli.registry.sites import Site, SiteKind

DISEASE = "covid19"
# What is asked of a contact, and what comes of it; assumed.
FOUND = (("well", 0.935), ("unreachable", 0.035), ("away", 0.02), ("refused", 0.01))
SAMPLED = 0.85  # of tests that are due, taken on the day; assumed
HALF_DONE = 0.4  # of the evening's follow-ups that are told before the curtain rises; assumed
# Chance at each session that a bed is found, before and after beds ran short; assumed.
BED, BED_SHORT, SHORT_FROM = 0.45, 0.22, date(2020, 1, 28)
APART = 0.40  # the same for a place under observation
TRACED_AFTER_S = 4 * HOUR  # a tracer comes to a case after so long at the earliest; assumed
LEFT = 0.5  # of those who come last before the curtain rises, not classified yet; assumed
TRACED = 0.8  # chance that a tracer gets to it at a session


class Response:
    """The days of an outbreak, one session of work after the other."""

    def __init__(
        self, outbreak: Outbreak, staff: Staff, *, home: str, seed: int, until: int
    ) -> None:
        self.outbreak, self.staff, self.until = outbreak, staff, until
        self.dice = Random(f"{seed}/response")
        self.seed = seed
        self.last = clock.day(clock.moment(until))
        self.to_come = list(outbreak.ill)
        self.has_it: dict[int, date] = {}  # person: day of the result that is to come
        self.not_it: dict[int, date] = {}
        self.sites = _sites()
        self.meetings = meetings.Meetings(staff, self.sites, self.dice)
        self.tubes = tubes.Tubes(staff, self.dice, home=home)
        self.fevers = fever_clinic.Fevers(staff, self.sites, self.dice)
        self.refused: dict[str, int] = {}

    def timetable(self, start: int) -> list[tuple[int, Callable[[int], None]]]:
        """Who works at which hour of each day, from a moment on."""
        hours: tuple[tuple[float, Callable[[int], None]], ...] = (
            (6.5, self.chores), (8.6, self.clinic), (9.5, self.trace), (10.5, self.ask_mornings),
            (11.5, self.test), (14.2, self.place), (15.2, self.trace), (16.2, self.test),
            (16.6, self.ask_evenings), (17.1, self.clinic), (17.4, self.place),
        )  # fmt: skip
        first = clock.day(clock.moment(start))
        days = [first + timedelta(days=n) for n in range((self.last - first).days + 1)]
        each = [
            (clock.midnight_s(day) + int(hour * HOUR), work) for day in days for hour, work in hours
        ]
        twice = clock.midnight_s(self.last)  # tracers come once a day until the last one
        return [
            (at, work)
            for at, work in each
            if start <= at < self.until
            and not (work == self.trace and at < twice and (at - twice) % DAY > 12 * HOUR)
        ]

    def chores(self, at: int) -> None:
        """What Linli does by itself in the morning: whose time is over, and whom nobody saw."""
        follow_ups.look(at, exercise=True)

    def clinic(self, at: int) -> None:
        """Who came to a clinic is reported, those who are open are classified, some leave."""
        today = clock.day(clock.moment(at))
        come = [i for i in self.to_come if i.reported_at <= at]
        self.to_come = self.to_come[len(come) :]
        known = {c.person_id for c in under_way("case")} | people_of("case", "confirmed")
        come = [i for i in come if i.person_id not in known]  # found by others meanwhile
        followed = {c.person_id for c in under_way("contact")}
        self._do([self._report(one, at) for one in come if one.person_id not in followed])
        for one in come:
            if one.has_it:
                self.has_it[one.person_id] = one.result_on
            elif one.person_id not in followed:
                self.not_it[one.person_id] = one.result_on
        self._do(self.fevers.come(at))
        self._do(self.fevers.see(under_way("fever"), at))
        self._classify(at, {one.person_id: one for one in come})
        self._let_go(at, today)

    def _report(self, one: Ill, at: int) -> Act | None:
        told = {
            "person_id": one.person_id, "onset_on": one.onset_on, "source": "clinic",
            "severity": one.severity, "evidence": one.evidence,
        }  # fmt: skip
        scene = self.staff.scene(Role.CLINICIAN, one.path, at)
        opening = Opening(
            one.area_id, "suspected", told, kind=DISEASE, subject_kind="person",
            subject_id=one.person_id, uid=self._uid("case", one.person_id, at),
        )  # fmt: skip
        return None if scene is None else Open(catalogue.get("case"), opening, scene)

    def _classify(self, at: int, come: dict[int, Ill]) -> None:
        """Whoever is not classified is: as suspected, with what speaks for it, and a sample."""
        waiting = [c for c in under_way("case") if c.stage == "unclassified"]
        if at + HOUR > self.until:  # some are left to whoever signs in as a clinician
            waiting = [c for c in waiting if self.dice.random() > LEFT]
        acts: list[Act | None] = []
        for case in waiting:
            one = come.get(case.person_id)
            evidence = one.evidence if one else ["contact", "fever"]
            sure = case.item_class == "confirmed"
            form = {
                "category": case.item_class,
                "evidence": ["pcr_positive"] if sure else evidence,
                "severity": one.severity if one else "",
            }
            acts.append(self._take(case, "classify", form, Role.CLINICIAN, at))
            if not sure:
                self.tubes.order(case.person_id, case.id, case.path, at)
        self._do(acts)

    def _let_go(self, at: int, today: date) -> None:
        """Who has something else after all, who is well again, and who died."""
        cases = {c.person_id: c for c in under_way("case") if c.stage == "managed"}
        over = [p for p, day in self.not_it.items() if day < today and p in cases]
        acts = [
            self._take(cases[p], "end", {"end": "excluded", "ended_on": today}, Role.CLINICIAN, at)
            for p in over
            if self.dice.random() < 0.7
        ]
        cured, dead = ended_by(today - timedelta(days=1), self.outbreak.share)
        oldest = sorted((c for c in cases.values() if c.item_class == "confirmed"), key=_age)
        busy = {c.parent_id for c in under_way("investigation")}
        free = [c for c in oldest if c.id not in busy]
        for word, n in (
            ("recovered", cured - n_ended("case", "recovered")),
            ("died", dead - n_ended("case", "died")),
        ):
            for _ in range(max(0, min(n, len(free)))):
                case = free.pop(0)
                form = {"end": word, "ended_on": today}
                acts.append(self._take(case, "end", form, Role.CLINICIAN, at))
        self._do(acts)

    def test(self, at: int) -> None:
        """The laboratory enters what it found: as many positives a day as the curve has."""
        today = clock.day(clock.moment(at))
        afternoon = at - clock.midnight_s(today) > 15 * HOUR
        due = {
            person
            for person, day in self.has_it.items()
            if day < today or (day == today and (afternoon or person % 2))
        }
        waiting = set(self.has_it)
        self.tubes.enter(at, due, waiting - due, self.not_it, stray=(self.last - today).days < 3)
        for person in due:
            self.has_it.pop(person)

    def trace(self, at: int) -> None:
        """Tracers ask cases where they were, look who was there too, and decide on each."""
        mine = [
            c for c in under_way("investigation")
            if c.opened_at + TRACED_AFTER_S < at and self.dice.random() < TRACED
        ]  # fmt: skip
        self.meetings.trace(mine, at)
        if at + 4 * HOUR > self.until:  # the last time before the curtain rises
            done = {one.id for one in mine}
            self.meetings.leave([c for c in under_way("investigation") if c.id not in done], at)

    def place(self, at: int) -> None:
        """Beds are found for some, and they arrive; the others wait on."""
        today = clock.day(clock.moment(at))
        bed = BED if today < SHORT_FROM else BED_SHORT
        acts: list[Act | None] = []
        theirs = {one.parent_id for one in under_way("transfer")}  # whom the dispatchers move
        for need in sorted(under_way("placement"), key=_age):
            if need.stage == "arrived" or need.id in theirs:
                continue
            apart = need.item_class in ("observation", "isolation")
            if self.dice.random() > (APART if apart else bed):
                continue
            role = Role.COMMUNITY_DESK if apart else Role.CLINICIAN
            if apart and self.dice.random() < 0.35:
                acts.append(self._take(need, "arrive", {"at_home": True}, role, at))
                continue
            site = self._site_for(need, today)
            if need.stage == "needed":
                acts.append(self._take(need, "offer", {"site_id": site}, role, at))
            if need.stage == "offered" or self.dice.random() < 0.7:
                acts.append(self._take(need, "arrive", {"site_id": site}, role, at))
        self._do(acts)

    def _site_for(self, need: UnderWay, today: date) -> int:
        shelters = self.sites[SiteKind.SHELTER_HOSPITAL] if today >= date(2020, 2, 5) else []
        kinds = {
            "treatment": [*self.sites[SiteKind.HOSPITAL], *shelters, *shelters],
            "ward": self.sites[SiteKind.HOSPITAL],
        }
        listed = kinds.get(need.item_class) or self.sites[SiteKind.STATION]
        near = [s for s in listed if s[1][:8] == need.path[:8]] or listed
        return self.dice.choice(near)[0]

    def ask_mornings(self, at: int) -> None:
        """Contacts are asked how they are, and samples are taken that are due."""
        self._ask(at, (0, TEST_SLOT), 1.0)

    def ask_evenings(self, at: int) -> None:
        """Contacts are asked again; some of them have fallen ill."""
        today = clock.day(clock.moment(at))
        self._ask(at, (1,), HALF_DONE if today == self.last else 1.0)

    def _ask(self, at: int, slots: Sequence[int], share: float) -> None:
        today = clock.day(clock.moment(at))
        contacts = {c.id: c for c in under_way("contact")}
        rows = FollowUp.objects.filter(day=today, slot__in=slots, status=Seen.DUE).order_by("id")
        asked: dict[int, list[seen.Told]] = defaultdict(list)
        falls_ill = self._falling_ill(contacts, today) if 1 in slots else set()
        for row in rows:
            contact = contacts.get(row.contact_id)
            ill = row.contact_id in falls_ill
            if contact is None or not (ill or self.dice.random() < share):
                continue
            told = self._told(row, ill, at)
            who = self._asks(row, contact, today)
            if told is not None and who is not None:
                asked[who].append(told)
        for who, words in asked.items():
            role = self._role_of(who)
            taken = seen.take_in(words, self.staff.scene_of(who, role, at))
            self._note(r.problem for r in taken.refused)

    def _asks(self, row: FollowUp, contact: UnderWay, today: date) -> int | None:
        """On the last day whoever has the contact; before that a tracer rings them all."""
        if today == self.last and row.holder_id in self.staff.actors:
            return row.holder_id
        return self.staff.nearest(Role.TRACER, contact.path)

    def _role_of(self, account: int) -> Role:
        held = self.staff.actors[account].holdings
        return Role.TRACER if any(h.role is Role.TRACER for h in held) else Role.GRID_WORKER

    def _told(self, row: FollowUp, ill: bool, at: int) -> seen.Told | None:
        if row.slot == TEST_SLOT:
            if self.dice.random() > SAMPLED:
                return None
            return seen.Told(row.contact_id, row.day, row.slot, Seen.SAMPLED, at=at)
        if ill:
            warm = round(self.dice.uniform(37.4, 39.1), 1)
            felt = ("fever", self.dice.choice(("cough", "fatigue", "short_of_breath")))
            return seen.Told(row.contact_id, row.day, row.slot, Seen.ILL, felt, warm, at)
        status = self.dice.choices([s for s, _ in FOUND], [p for _, p in FOUND])[0]
        return seen.Told(row.contact_id, row.day, row.slot, status, at=at)

    def _falling_ill(self, contacts: dict[int, UnderWay], today: date) -> set[int]:
        """As many contacts as tomorrow's curve has from them; who is left comes to a clinic."""
        tomorrow = today + timedelta(days=1)
        coming = {i.person_id for i in self.to_come if i.has_it and i.result_on <= tomorrow}
        coming |= {person for person, day in self.has_it.items() if day <= tomorrow}
        reach = self.outbreak.total_by(tomorrow)
        wanted = max(0, reach - len(people_of("case", "confirmed")) - len(coming))
        able = sorted(
            c.id
            for c in contacts.values()
            if c.person_id not in self.has_it
            and c.item_class == "close"
            and c.stage in ("to_reach", "followed", "missed")
            and c.opened_at < clock.midnight_s(today)
        )
        chosen = self.dice.sample(able, min(wanted, len(able)))
        for contact_id in chosen:
            self.has_it[contacts[contact_id].person_id] = tomorrow
        return set(chosen)

    def _take(self, case: UnderWay, step: str, form: dict, role: Role, at: int) -> Act | None:
        scene = self.staff.scene(role, case.path, at)
        return None if scene is None else Take(case.id, step, scene, form)

    def _do(self, acts: Iterable[Act | None]) -> list[Outcome]:
        outcomes = act_many([act for act in acts if act is not None])
        self._note(o for o in outcomes if isinstance(o, Problem))
        return outcomes

    def _note(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self.refused[problem.code] = self.refused.get(problem.code, 0) + 1

    def _uid(self, *what: object) -> UUID:
        return UUID(int=Random(f"{self.seed}/{what}").getrandbits(128), version=4)


def _age(case: UnderWay) -> tuple[int, int]:
    return case.opened_at, case.id


def _sites() -> dict[str, list[tuple[int, str, str]]]:
    """Id, path and name of every site by kind."""
    found: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    rows = Site.objects.order_by("id").values_list("kind", "id", "path", "name_zh")
    for kind, site_id, path, name in rows:
        found[kind].append((site_id, path, name))
    return found
