"""`linli simulate`: what if? A city and choices from two files; needs no database and no server."""

import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from linli.analysis.simulation.words import OUTCOME_NAMES, deaths_told
from linli.cli.ready import say, say_json
from linli.cli.texts import text_of
from linli.cli.words import gettext as _
from linli.errors import N_, BadInput, Phrase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linli.analysis.simulation.compare import Comparison
    from linli.analysis.simulation.engine import Run
    from linli.analysis.simulation.scenario import Study
    from linli.studies.simulation.followed import Bands, Marked, Stand

app = typer.Typer()

DATABASES = ("duckdb", "_duckdb")  # whose errors are no OSError
EXIT_SIGNAL = 128  # and the signal's number, as a shell tells it
PICTURES = ("infections", "reports", "ward_in", "ward_queue", "held_people")


@app.command(help=_("What if? Simulate a city person by person under several choices."))
def simulate(
    city: Annotated[
        Path, typer.Argument(help=_("The city: a TOML file; with --from-records, the choices."))
    ],
    scenarios: Annotated[Path | None, typer.Argument(help=_("The choices: a TOML file."))] = None,
    seeds: Annotated[
        int, typer.Option(help=_("Of the dice, at most; each runs every choice."))
    ] = 20,
    least: Annotated[
        int, typer.Option(help=_("Seeds at least, before a difference is clear."))
    ] = 5,
    asked: Annotated[
        list[str] | None, typer.Option(help=_("The outcome that has to become clear."))
    ] = None,
    threads: Annotated[int, typer.Option(help=_("How many compute; it changes no result."))] = 1,
    out: Annotated[
        Path | None, typer.Option(help=_("A folder to make: Parquet files and pictures (SVG)."))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))] = False,
    from_records: Annotated[
        bool,
        typer.Option("--from-records", help=_("Start from the registry and today's records.")),
    ] = False,
    by: Annotated[
        str,
        typer.Option("--as", envvar="LINLI_AS", help=_("The account in whose name you act.")),
    ] = "",
) -> None:
    """Read, check everything, run, tell. A cancelled run leaves nothing behind."""
    if out is not None and out.exists():
        raise BadInput(N_("{path} is there already. Name a folder that is not."), path=out)
    if from_records:
        from linli.cli import simulate_records

        simulate_records.answer(city, by=by, out=out, seeds=seeds, threads=threads, as_json=as_json)
        return
    if scenarios is None:
        raise BadInput(N_("Name the file of choices too, or say --from-records."))
    study = _study(city, scenarios)
    with new_folder(out) as folder, _writer(folder) as write, progress(quiet=as_json) as told:
        from linli.analysis.simulation.compare import compare

        found = compare(
            study.settings, n_days=study.n_days, most_seeds=seeds, least_seeds=least,
            asked=asked or ("infections",), threads=threads, told=told, kept=write,
        )  # fmt: skip
        if folder:
            _draw(folder, found, _marks(study))
    if as_json:
        say_json(_in_json(study, found))
    else:
        _tell(found)
        tell_late(deaths_told(next(iter(study.settings.values())).disease, study.n_days))
        bands = {name: found.band(name, "reports").tolist() for name in found.names}
        tell_marks(_marks(study), bands, (), study.starts_on)


def _marks(study: "Study") -> "list[Marked]":
    """The orders that the files name, and what each choice begins and ends."""
    from linli.analysis.simulation.turns import turns_of
    from linli.studies.simulation import followed

    names = list(study.settings)
    turns = followed.of_turns(turns_of(study.settings, n_days=study.n_days), names)
    orders = [followed.Marked(day, words, followed.ORDER) for day, words in study.marks]
    return followed.in_order([*orders, *turns])


def tell_marks(
    marks: "Sequence[Marked]", bands: "Mapping[str, Bands]", past: "Sequence[float]",
    starts_on: date | None,
) -> None:  # fmt: skip
    """Each order and each turn: what stood on the curve of reports, and what 15 days later."""
    from linli.analysis.epidemic.afterwards import AFTER_DAYS
    from linli.studies.simulation.followed import followed

    found = followed(marks, list(bands.values()), past)
    if not found:
        return
    say("")
    say(_("Reported cases a day when it happened, and {n} days later:"), n=AFTER_DAYS)
    for one in found:
        mark = one.mark
        on = mark.day if starts_on is None else starts_on + timedelta(days=mark.day)
        whose = f" ({', '.join(mark.choices)})" if mark.choices else ""
        typer.echo(f"  {one.number}. {on} {mark.told(_)}{whose}")
        for name, (then, later) in zip(bands, one.stands, strict=True):
            typer.echo(f"     {name}: {_stood(then)} → {_stood(later)}")


def _stood(stand: "Stand | None") -> str:
    if stand is None:
        return "–"
    if stand.low is None:
        return f"{stand.middle:,.0f}"
    return f"{stand.middle:,.0f} ({stand.low:,.0f} … {stand.high:,.0f})"


def _study(city: Path, scenarios: Path) -> "Study":
    from linli.analysis.simulation.scenario import read_study

    def beside(name: str) -> str:
        return text_of(city.parent / name)

    return read_study(text_of(city), text_of(scenarios), beside)


@contextmanager
def new_folder(out: Path | None) -> Iterator[Path | None]:
    """A folder that takes its name when all is written; whatever ends the run takes it away."""
    if out is None:
        yield None
        return
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        reason = error.strerror or str(error)
        raise BadInput(N_("{path} cannot be made: {reason}."), path=out, reason=reason) from None
    try:
        with _told_to_end():
            yield folder
            folder.chmod(0o755)
            folder.rename(out)
    except OSError as error:
        raise _not_written(out, error.strerror or str(error)) from None
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in DATABASES:
            raise
        raise _not_written(out, str(error).partition("\n")[0].rstrip(".")) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _told_to_end() -> Iterator[None]:
    """Who ends the run by a signal, or closes the terminal, ends it as Ctrl-C does."""

    def leave(number: int, _frame: object) -> None:
        raise SystemExit(EXIT_SIGNAL + number)

    ends = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    before = {n: signal.getsignal(n) for n in ends}
    ours = [n for n in ends if before[n] == signal.SIG_DFL and _in_main_thread()]
    for number in ours:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, before[number])


def _in_main_thread() -> bool:
    """Whether signals can be asked for here."""
    return threading.current_thread() is threading.main_thread()


def _not_written(out: Path, reason: str) -> BadInput:
    return BadInput(
        N_(
            "{path} cannot be written: {reason}. Nothing of it is kept; make room, or name another."
        ),
        path=out, reason=reason,
    )  # fmt: skip


Write = Callable[[str, int, "Run"], None] | None


@contextmanager
def _writer(folder: Path | None) -> Iterator[Write]:
    """Write each world as it ends, so that none has to be remembered."""
    if folder is None:
        yield None
        return
    import duckdb
    import numpy as np

    kept = duckdb.connect(str(folder / "worlds.duckdb"))
    kept.execute(
        "CREATE TABLE days (scenario VARCHAR, seed BIGINT, day INT, series VARCHAR, n DOUBLE)"
    )
    kept.execute("CREATE TABLE infections (scenario VARCHAR, seed BIGINT, day INT, compound VARCHAR, n INT)")  # noqa: E501  # fmt: skip

    def write(scenario: str, seed: int, ran: "Run") -> None:
        for name, values in ran.series.items():
            rows = {"day": np.arange(len(values)), "n": values}
            kept.register("rows", rows)
            kept.execute(
                "INSERT INTO days SELECT ?, ?, day, ?, n FROM rows", [scenario, seed, name]
            )
        seen, day = ran.state.infected.columns(), ran.counted_on
        compound = ran.setting.city.compound.of(seen["person"])
        names = np.array(ran.setting.city.compound.names, dtype=object)
        new = day >= 0  # those a run begins with are no infections of it, in either table
        kept.register("rows", {"day": day[new], "c": compound[new]})
        kept.register("names", {"c": np.arange(len(names)), "compound": names})
        kept.execute(
            "INSERT INTO infections SELECT ?, ?, day, compound, count(*) FROM rows"
            " JOIN names USING (c) GROUP BY ALL ORDER BY day, compound",
            [scenario, seed],
        )

    yield write
    for table in ("days", "infections"):
        target = str(folder / f"{table}.parquet").replace("'", "''")
        kept.execute(f"COPY {table} TO '{target}' (FORMAT parquet)")
    kept.close()
    (folder / "worlds.duckdb").unlink()


@contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A bar on a terminal: what is under way, so many worlds of at most."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=quiet or not console.is_terminal) as bar:
        task = bar.add_task(_("Worlds"), total=None)

        def told(scenario: str, done: int, most: int) -> None:
            bar.update(task, total=most, completed=done, description=scenario)

        yield told


def _draw(folder: Path, found: "Comparison", marks: "list[Marked]") -> None:
    from linli.studies.simulation import drawn

    for series in PICTURES:
        bands = {name: found.band(name, series).tolist() for name in found.names}
        picture = drawn.curves(series, bands, marks, translate=_)
        (folder / f"{series}.svg").write_text(picture, encoding="utf-8")


def _tell(found: "Comparison") -> None:
    from linli.analysis.simulation.compare import WEIGHED
    from linli.analysis.simulation.waits import waits_of

    say(_("{n} seeds; every choice ran on each."), n=len(found.seeds))
    best, waits = found.unbeaten(), waits_of(found)
    for name in found.names:
        mark = "  *" if name in best and len(found.names) > 1 else ""
        say(f"\n{name}{mark}")
        at = found.names.index(name)
        for k, outcome in enumerate(WEIGHED):
            if not found.counts(name, outcome):
                continue
            line = f"  {_(OUTCOME_NAMES[outcome])}: {found.outcomes[at, :, k].mean():,.0f}"
            if at and found.counts(found.names[0], outcome):
                less = found.difference(name, outcome)
                line += f"  ({less.mean:+,.0f}, {less.low:+,.0f} … {less.high:+,.0f})"
            typer.echo(line)
        tell_waits({kind: wait.plain for kind, wait in waits[name].items()})
    if len(found.names) > 1:
        say("")
        say(
            _(
                "In brackets: less the first choice, and the 95 % interval of that mean over seeds."
                " * no other choice does as well in everything."
            )
        )


def tell_waits(waits: "Mapping[str, Mapping[str, Sequence[float]]]") -> None:
    """Who waits under a choice for what is short, and how long; a line each."""
    from linli.analysis.simulation.waits import WAIT_NAMES

    for kind, name in WAIT_NAMES.items():
        wait = waits.get(kind)
        if not wait or not wait["most"][0]:
            continue
        say(
            "  " + _("Waiting for {what}: {n} at a time, {days} days at the longest, {total} days "
                     "together"),
            what=_(name), n=f"{wait['most'][0]:,.0f}", days=f"{wait['longest_days'][0]:.1f}",
            total=f"{wait['total_days'][0]:,.0f}",
        )  # fmt: skip


def tell_late(late: Phrase | None) -> None:
    """What a run is too short to tell of deaths."""
    if late is not None:
        say("")
        typer.echo(late.tell(_))


def _in_json(study: "Study", found: "Comparison") -> dict[str, Any]:
    from linli import __version__
    from linli.analysis.simulation.compare import OUTCOMES, SERIES
    from linli.analysis.simulation.waits import waits_of
    from linli.studies.simulation import followed

    told = []
    bands = {n: {s: found.band(n, s).round(3).tolist() for s in SERIES} for n in found.names}
    for n, name in enumerate(found.names):
        outcomes = {}
        for k, outcome in enumerate(OUTCOMES):
            if not found.counts(name, outcome):
                continue
            paired = n and found.counts(found.names[0], outcome)
            less = found.difference(name, outcome) if paired else None
            outcomes[outcome] = {
                "by_seed": found.outcomes[n, :, k].tolist(),
                "mean": float(found.outcomes[n, :, k].mean()),
                "less_the_first": vars(less) if less and len(found.seeds) > 1 else None,
            }
        told.append({"name": name, "outcomes": outcomes, "bands_5_50_95": bands[name]})
    return {
        "version": __version__,
        "starts_on": study.starts_on,
        "days": study.n_days,
        "seeds": list(found.seeds),
        "scenarios": told,
        "unbeaten": list(found.unbeaten()),
        "waits": {
            name: {kind: wait.plain for kind, wait in by_kind.items()}
            for name, by_kind in waits_of(found).items()
        },
        "marks": followed.values_of(
            _marks(study), bands, {}, starts_on=study.starts_on, translate=_,
        ),
    }  # fmt: skip
