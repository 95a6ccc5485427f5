"""`linli beds`: where a bed is free, and counting a ward's beds."""

from typing import Annotated

import typer

from linli.cli.ready import get_ready, say, say_json
from linli.cli.words import gettext as _

app = typer.Typer(
    name="beds", help=_("Beds: where one is free, and counting them."), no_args_is_help=True
)
EXIT_HELD_BACK = 1
As = Annotated[
    str, typer.Option("--as", envvar="LINLI_AS", help=_("The account in whose name you act."))
]
InJson = Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))]


@app.command(help=_("The wards that fit, the nearest first; all of them without a severity."))
def find(
    by: As,
    category: Annotated[str, typer.Option(help=_("Category of the patient."))] = "",
    severity: Annotated[str, typer.Option(help=_("How ill: none to critical."))] = "",
    longitude: Annotated[float | None, typer.Option(help=_("Longitude"))] = None,
    latitude: Annotated[float | None, typer.Option(help=_("Latitude"))] = None,
    most: Annotated[int, typer.Option(min=1, max=500, help=_("How many wards at most."))] = 20,
    as_json: InJson = False,
) -> None:
    """Counts only."""
    get_ready()
    from dataclasses import asdict

    from linli.cli.request import acting
    from linli.loops.beds import search
    from linli.loops.beds.fit import BedNeed, refuse_unknown

    refuse_unknown(category, severity)
    around = (longitude, latitude) if longitude is not None and latitude is not None else None
    if category and severity:
        found = search.find(acting(by), BedNeed(category, severity), around=around, most=most)
    else:
        found = search.everywhere(acting(by), category=category, around=around)[:most]
    if as_json:
        say_json([asdict(place) for place in found])
        return
    for place in found:
        away = "" if place.distance_m is None else f"  {place.distance_m / 1000:.1f} km"
        free = f"{place.n_free:>4} / {place.n_beds}"
        say(f"  {place.ward_id:>4} {free:>10}  {place.site.name_zh} {place.name_zh}{away}")
    if not found:
        say(_("No ward that fits has a free bed."))


@app.command(help=_("Count the beds of a ward anew."))
def count(
    ward: Annotated[int, typer.Argument(help=_("Number of the ward."))],
    beds: Annotated[int, typer.Option(min=0, help=_("Beds set up."))],
    by: As,
    source: Annotated[str, typer.Option(help=_("Who counted."))],
    blocked: Annotated[int, typer.Option(min=0, help=_("Of these not to be given."))] = 0,
    more: Annotated[int, typer.Option(min=0, help=_("More within a day."))] = 0,
) -> None:
    """Every count is kept."""
    get_ready()
    from linli import clock
    from linli.cli.request import acting
    from linli.registry import wards
    from linli.registry.wards import Counted

    counted = Counted(beds, blocked, more, source)
    wards.count(acting(by), ward, counted, now=clock.now_s())
    say(_("Counted: {beds} beds, {blocked} of them not to be given."), beds=beds, blocked=blocked)


@app.command(help=_("Hospitals in the batches in which they are put into use."))
def batches(by: As, as_json: InJson = False) -> None:
    """Counts only."""
    get_ready()
    from dataclasses import asdict

    from linli.cli.request import acting
    from linli.loops.conversions.batches import listed

    found = listed(acting(by))
    if as_json:
        say_json([{**asdict(b), "n_open": b.n_open, "n_free": b.n_free} for b in found])
        return
    for batch in found:
        say(
            _("Batch {number}: {open} of {sites} open; {planned} beds planned, {free} free now."),
            number=batch.number, open=batch.n_open, sites=len(batch.sites),
            planned=batch.n_beds_planned, free=batch.n_free,
        )  # fmt: skip
        for site in batch.sites:
            say(f"  {site.conversion_id:>6} {site.stage:<11} {site.n_free:>5}  {site.name_zh}")
    if not found:
        say(_("No site is chosen, being converted or open."))


@app.command(name="open-batch", help=_("Open every site of a batch that is ready."))
def open_batch(
    number: Annotated[int, typer.Argument(min=1, max=99, help=_("Number of the batch."))],
    by: As,
    as_json: InJson = False,
) -> None:
    """Exit code 1 where a site is held back."""
    get_ready()
    from linli import clock
    from linli.cli.request import acting
    from linli.loops.conversions.batches import open_batch as opening
    from linli.loops.scene import Scene

    told = opening(Scene(acting(by), clock.now_s()), number)
    back = [(one.site, one.why.tell(_)) for one in told.held_back]
    if as_json:
        say_json({
            "number": told.number, "opened": [site.site_id for site in told.opened],
            "held_back": [{"site_id": site.site_id, "why": why} for site, why in back],
            "n_free_before": told.n_free_before, "n_free": told.n_free,
        })  # fmt: skip
    else:
        say(_("{n} opened now. Free beds: {before} before, {after} now."), n=len(told.opened),
            before=told.n_free_before, after=told.n_free)  # fmt: skip
        for site, why in back:
            say(f"  {site.name_zh}: {why}")
    if back:
        raise typer.Exit(EXIT_HELD_BACK)
