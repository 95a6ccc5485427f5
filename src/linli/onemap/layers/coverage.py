"""Coverage of today's round: of the people expected, how many stand in one of the five states?"""

from collections.abc import Mapping

from linli import clock
from linli.errors import N_
from linli.loops.rounds import Coverage
from linli.loops.screening import coverage
from linli.onemap.layer import Figure, Form, Gap, Layer, Measure, Ramp, Sight
from linli.policy.powers import roles_for


def _read(sight: Sight) -> Mapping[int, Figure]:
    """The coverage of each area in sight; of a part, where only a part is the viewer's own."""
    today = clock.day(clock.now())
    drill = sight.exercise
    found = coverage.each(sight.area.path, sight.everywhere, today, exercise=drill)
    numbers = {row.area.id: row.numbers for row in found}
    for area_id, paths in sight.parts.items():
        parts = (coverage.total(path, today, exercise=drill) for path in paths)
        numbers[area_id] = sum(parts, Coverage())
    return {area_id: _say(row) for area_id, row in numbers.items()}


def _say(row: Coverage) -> Figure:
    if row.share is None:  # no round, or nobody counted yet
        return Figure((None,) * 4, gap=Gap.UNKNOWN)
    parts = (row.checked, row.refused + row.unreachable + row.away, row.uncovered)
    shares = tuple(part / row.expected for part in parts)
    return Figure((row.share, *shares))


LAYER = Layer(
    name="coverage",
    title=N_("Coverage"),
    shows=N_("Of the people today's rounds expect, the share that was found in one of five ways."),
    measures=(
        Measure("share", N_("covered"), Form.SHARE),
        Measure("checked", N_("screened"), Form.SHARE),
        Measure("not_seen", N_("not seen"), Form.SHARE),
        Measure("uncovered", N_("uncovered"), Form.SHARE),
    ),
    roles=roles_for("coverage.see"),
    ramp=Ramp.LEAF,
    read=_read,
    bounds=(0.0, 0.5, 0.7, 0.8, 0.9, 0.95),  # assumed; edges a supervisor names
    order=50,
    notes=(
        N_("Not seen: declined, unreachable or away. Uncovered: nobody knows anything of them."),
    ),
)
