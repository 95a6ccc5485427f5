"""What loops are there, who takes which step, behind which gates, and within what time?"""

from collections.abc import Iterable
from importlib.resources import files

from linli.loops import catalogue, limits, office
from linli.loops.calendar import ALWAYS, FIRST_DAY, LAST_DAY, Calendar
from linli.loops.limits import ANY, ClockRule
from linli.loops.loop import Form, Loop, Stage, Step, diagram
from linli.policy.roles import NAMES, Role
from scripts.shelf.page import chinese, code, codes, first_words, page, table


def pages() -> dict[str, str]:
    """A page for each loop, and one that leads to them."""
    loops = sorted(catalogue.all_loops().values(), key=lambda loop: loop.name)
    told = {f"loops/{loop.name}.md": _loop(loop) for loop in loops}
    rows = [
        (f"[{loop.name}]({loop.name}.md)", chinese(loop.label), _question(loop)) for loop in loops
    ]
    shipped = (ALWAYS, office.calendar_of(office.shipped()))
    calendars = [(code(calendar.name), _hours(calendar)) for calendar in shipped]
    return told | {
        "loops/README.md": page(
            "Loops",
            "Each kind of work that must end, as it is declared. What a number such as S31 means "
            "is told [on one page](../../explanation/s-numbers.md).",
            table(("Loop", "中文", "What it is"), rows),
            "## Calendars\n\nA limit counts the seconds of its calendar. Calendars run from "
            f"{FIRST_DAY} to {LAST_DAY}.",
            table(("Calendar", "What it counts"), calendars),
        )
    }


def _question(loop: Loop) -> str:
    from importlib import import_module

    return first_words(import_module(str(catalogue.folder_of(loop))).__doc__)


def _loop(loop: Loop) -> str:
    about = (
        "yes: staff name a purpose, and every look is recorded" if loop.about_residents else "no"
    )
    forms = {form.__name__: form for form in (loop.asks, *(s.asks for s in loop.steps))}
    return page(
        f"Loop: {loop.name} {chinese(loop.label)}",
        _question(loop),
        "\n".join(
            [
                f"- Opened by: {_roles(loop.opened_by)}; asks {_form_name(loop.asks)}",
                f"- Seen by: {_roles(loop.seen_by)}, each in the areas of their posts",
                f"- About residents: {about}",
                f"- When the last child closes: {code(loop.when_children_close or 'nothing')}",
                f"- When the parent closes: {code(loop.when_parent_closes or 'nothing')}",
                f"- Version {loop.version}",
            ]
        ),
        f"```mermaid\n{diagram(loop)}\n```",
        "## Classes",
        table(
            ("Class", "Meaning", "中文"),
            ((code(name), label, chinese(label)) for name, label in loop.classes.items()),
        ),
        "## Stages",
        table(
            ("Stage", "Label", "中文", "State", "Clock", "What the resident reads"),
            map(_stage, loop.stages),
        ),
        "## Steps",
        table(("Step", "中文", "From", "To", "Who", "Asks", "What else"), map(_step, loop.steps)),
        *_gates(loop),
        "## Forms",
        *(_form(form) for form in forms.values() if form.model_fields),
        *_limits(loop),
    )


def _stage(stage: Stage) -> tuple[str, ...]:
    clock = "own"
    if stage.state == "closed":
        clock = "none"
    elif stage.holds_clock:
        clock = "stands still"
    elif stage.keeps_clock:
        clock = "goes on"
    auto = f"; Linli takes {code(stage.auto)}" if stage.auto else ""
    return (
        code(stage.name), stage.label, chinese(stage.label), str(stage.state), clock + auto,
        stage.public,
    )  # fmt: skip


def _step(step: Step) -> tuple[str, ...]:
    to = "stays" if step.stays else code(step.to)
    return (
        code(step.name), chinese(step.label), codes(sorted(step.origin)), to, _roles(step.by),
        _form_name(step.asks), "; ".join(_more(step)),
    )  # fmt: skip


def _more(step: Step) -> Iterable[str]:
    if step.own:
        yield "a resident only with an own item"
    if step.takes:
        yield "who takes it is the holder"
    if step.allots:
        yield "allots it anew"
    if step.rises:
        yield f"goes up by {step.rises}"
    if step.reopens:
        yield f"counts a re-opening; number {step.rises_from} and later go up by 1"
    if step.resumes:
        yield "the clock goes on"
    if step.joins:
        yield "joins the named item"
    if step.hands_over:
        yield f"opens {code(step.hands_over)} items"
    elif step.children:
        yield "opens items of other loops below it"
    if step.gates:
        yield f"gates: {codes(gate.name for gate in step.gates)}"


def _gates(loop: Loop) -> tuple[str, ...]:
    gates = {gate.name: gate for step in loop.steps for gate in step.gates}
    rows = ((code(g.name), g.label, chinese(g.label)) for g in gates.values())
    told = table(("Gate", "What must be true", "中文"), rows)
    return ("## Gates", told) if told else ()


def _form_name(form: type[Form]) -> str:
    return code(form.__name__) if form.model_fields else "nothing"


def _form(form: type[Form]) -> str:
    schema = form.model_json_schema()
    needed = set(schema.get("required", ()))
    rows = (
        (code(name), _kind(schema, field), "yes" if name in needed else "no", _bounds(field))
        for name, field in schema["properties"].items()
    )
    heads = ("Field", "Kind", "Required", "Bounds")
    return f"### {form.__name__}\n\n{first_words(form.__doc__)}\n\n{table(heads, rows)}"


def _kind(schema: dict, field: dict) -> str:
    if "$ref" in field:
        return "one of " + codes(schema["$defs"][field["$ref"].rpartition("/")[2]]["enum"])
    if "anyOf" in field:
        return " or ".join(_kind(schema, part) for part in field["anyOf"])
    if field.get("type") == "array":
        return f"list of {_kind(schema, field['items'])}"
    return {"null": "nothing", "object": "named values"}.get(field["type"], field["type"])


def _bounds(field: dict) -> str:
    parts = [*field.get("anyOf", ()), field]
    words = {
        "minLength": "at least {} characters", "maxLength": "at most {} characters",
        "minimum": "from {}", "maximum": "to {}", "exclusiveMinimum": "above {}",
        "minItems": "at least {} of them",
    }  # fmt: skip
    return ", ".join(say.format(p[key]) for key, say in words.items() for p in parts if key in p)


def _limits(loop: Loop) -> tuple[str, ...]:
    text = files(str(catalogue.folder_of(loop))).joinpath("limits.toml")
    if not text.is_file():
        return ()
    rules = limits.read(loop, text.read_text("utf-8"))
    ladders: dict[tuple, int] = {}
    for rule in rules:
        ladders.setdefault(rule.ladder, len(ladders) + 1)
    rows = (_limit(rule, ladders[rule.ladder]) for rule in rules)
    return (
        "## Limits as shipped",
        "A city signs its own over them; what fits most exactly counts. A stage without a limit "
        "has no target.",
        table(("Stage", "Class", "Mode", "Limit", "Calendar", "Ladder"), rows),
        *(
            f"Ladder {number}\n\n" + table(("At", "Who answers", "What else"), map(_rung, ladder))
            for ladder, number in ladders.items()
        ),
    )


def _limit(rule: ClockRule, ladder: int) -> tuple[object, ...]:
    every = {ANY: "every"}
    return (
        code(rule.stage), every.get(rule.item_class, rule.item_class),
        every.get(rule.mode, rule.mode), duration(rule.limit_s), code(rule.calendar), ladder,
    )  # fmt: skip


def _rung(rung: limits.RungRule) -> tuple[str, ...]:
    more = ["late from here on"] * (rung.at == 1)
    more += ["nobody holds it any longer"] * rung.clears_holder
    more += [f"Linli tries {code(rung.step)}"] * bool(rung.step)
    return f"{rung.at:.0%}", rung.tier.name.lower(), "; ".join(more)


def duration(seconds: int) -> str:
    """A span in the largest unit that divides it."""
    for unit, name in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds % unit == 0:
            return f"{seconds // unit} {name}"
    return f"{seconds} s"


def _hours(calendar: Calendar) -> str:
    if not calendar.week:
        return "every second"
    spans = " and ".join(f"{start:%H:%M} to {end:%H:%M}" for start, end in calendar.week[0])
    days = sum(bool(hours) for hours in calendar.week)
    exceptions = calendar.exceptions or {}
    years = sorted({day.year for day in exceptions})
    return (
        f"{days} days a week, {spans} ({calendar.zone}); as shipped with {len(exceptions)} "
        f"exceptions from {years[0]} to {years[-1]}; a city signs its own"
    )


def _roles(roles: Iterable[Role]) -> str:
    return ", ".join(NAMES[role] for role in Role if role in roles)
