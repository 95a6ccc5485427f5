"""What was given to the city of the demo, and how far has it come? Three gifts on their way.

Masks are counted in short of what was promised, and their first part is signed for; of the money a
part is on the way; the vegetables are agreed and awaited.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from linli.demo.staff import Staff
from linli.errors import Problem
from linli.loops import counted
from linli.loops.advance import advance
from linli.loops.donations import trace
from linli.loops.scene import Scene
from linli.policy.can import PATH_STEP, VISITOR
from linli.policy.roles import Purpose, Role
from linli.registry.areas import Area, under
from linli.registry.organisations import Organisation, OrganisationKind

HOUR = 3600
DISTRICT_LENGTH = 2 * PATH_STEP
MASKS = {"what": "医用外科口罩", "quantity": 5_000, "unit": "只", "wish": "优先给一线社区工作者",
         "donor": "街口药店"}  # fmt: skip
MONEY = {"what": "抗疫捐款", "quantity": 50_000, "unit": "元", "wish": "", "donor": "校友会"}
GREENS = {"what": "新鲜蔬菜", "quantity": 3_000, "unit": "千克", "wish": "给独居老人",
          "donor": "城郊合作社"}  # fmt: skip
T = TypeVar("T")


class Gifts:
    """What donors promised in the last two days, and what the desks did with it."""

    def __init__(self, staff: Staff, *, home: str, until: int) -> None:
        """``home``: the path of the community of the cast."""
        self.staff, self.home, self.until = staff, home, until
        self.given: dict[str, int] = {}
        self.refused: dict[str, int] = {}

    def timetable(self) -> list[tuple[int, Callable[[int], None]]]:
        """Who works at which moment before the curtain rises."""
        ago = ((40, self.promise), (30, self.count), (26, self.share), (20, self.sign))
        return [(self.until - before * HOUR, work) for before, work in ago]

    def promise(self, at: int) -> None:
        """Donors without an account offer what they have."""
        donor = replace(VISITOR, exercise=True)
        places = {
            area.path: area.id for area in Area.objects.filter(path__in=[self.home, self._district])
        }
        for name, path, item_class, data in (
            ("masks", self.home, "goods", MASKS), ("money", self._district, "money", MONEY),
            ("greens", self.home, "goods", GREENS),
        ):  # fmt: skip
            given = self._do(trace.give, donor, places[path], item_class, data, now=at)
            if given is not None:
                self.given[name] = given.item_id

    def count(self, at: int) -> None:
        """The desks agree; masks and money arrive, a box of masks short."""
        for name, scene in (("masks", self._desk(at)), ("greens", self._desk(at))):
            self._step(name, "agree", scene)
        kept = {"quantity_received": 4_800, "kept_at": "社区服务中心库房"}
        self._step("masks", "count_in", self._desk(at), **kept)
        kept = {"quantity_received": MONEY["quantity"], "kept_at": "区慈善专户"}
        self._step("money", "count_in", self._command(at), **kept)

    def share(self, at: int) -> None:
        """Parts go to organisations of the district."""
        near = {
            one.kind: one.id
            for one in Organisation.objects.filter(under(self._district)).order_by("-id")
        }
        for name, kind, quantity, note, scene in (
            ("masks", OrganisationKind.PROPERTY, 1_500, "门岗值守", self._desk(at)),
            ("masks", OrganisationKind.HEALTH, 2_000, "流调队", self._desk(at)),
            ("money", OrganisationKind.HEALTH, 20_000, "采购消毒用品", self._command(at)),
        ):  # fmt: skip
            if kind in near:
                part = {"organisation_id": near[kind], "quantity": quantity, "note": note}
                self._step(name, "share", scene, **part)

    def sign(self, at: int) -> None:
        """Whoever received the first part signs for it."""
        masks = self.given.get("masks", 0)
        parts = counted.items(exercise=True).filter(parent_id=masks, loop="handover")
        first = parts.order_by("id").first()
        scene = self._command(at)
        if first is not None and scene is not None:
            receiver = {"receiver": "值班主任"}
            self._do(advance, first.id, "name_receiver", scene, data=receiver)
            arrived = {"quantity_received": first.data["quantity"]}
            self._do(advance, first.id, "receive", scene, data=arrived)

    @property
    def _district(self) -> str:
        return self.home[:DISTRICT_LENGTH]

    def _desk(self, at: int) -> Scene | None:
        return self.staff.scene(Role.COMMUNITY_DESK, self.home, at, Purpose.SERVICE)

    def _command(self, at: int) -> Scene | None:
        return self.staff.scene(Role.DISTRICT_COMMAND, self._district, at, Purpose.SERVICE)

    def _step(self, name: str, step: str, scene: Scene | None, **data: object) -> None:
        if scene is not None and name in self.given:
            self._do(advance, self.given[name], step, scene, data=data)

    def _do(self, work: Callable[..., T], *given: Any, **named: Any) -> T | None:
        try:
            return work(*given, **named)
        except Problem as problem:
            self.refused[problem.code] = self.refused.get(problem.code, 0) + 1
            return None
