"""What can be said to a deployment from outside: by the environment, and at a prompt?"""

import contextlib
import re
import tempfile
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import typer

from linli.site.environment import Environment, read
from scripts.shelf.page import code, page, table

FIELD = re.compile(r"^    (\w+)\n((?:        .+\n?)+)", re.MULTILINE)


def pages() -> dict[str, str]:
    """Settings and commands."""
    from linli.cli.main import app

    root = typer.main.get_command(app)
    commands = list(_commands("linli", root))
    return {
        "settings.md": _settings(commands),
        "commands.md": page(
            "Commands",
            "`linli COMMAND --help` says the same. A command speaks the language of `LINLI_LANG`, "
            "else of the locale. Exit code 0: done; 1: an answer that is bad news; 2: a problem, "
            "told in one sentence on standard error.",
            *(part for name, command in commands for part in _command(name, command)),
        ),
    }


def _settings(commands: list[tuple[str, Any]]) -> str:
    meanings = {
        name: " ".join(text.split()) for name, text in FIELD.findall(Environment.__doc__ or "")
    }
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        plain = read({})
    silent = [f.name for f in fields(Environment) if f.name not in meanings]
    if silent:
        raise SystemExit(f"Say in the docstring of Environment what these mean: {silent}.")
    rows = (
        (code(f"LINLI_{f.name.upper()}"), _default(getattr(plain, f.name)), meanings[f.name])
        for f in fields(Environment)
    )
    at_prompt = [
        (code(p.envvar), code(name), p.help)
        for name, command in commands
        for p in command.params
        if p.envvar
    ]
    return page(
        "Settings",
        "Linli reads its settings from the environment, in one file, when it starts; whatever is "
        "missing is told in one message.",
        table(("Variable", "Default", "Meaning"), rows),
        "## At the prompt",
        table(
            ("Variable", "Read by", "Meaning"),
            [
                (code("LINLI_LANG"), "every command", "zh or en; left out, the locale says"),
                *at_prompt,
            ],
        ),
    )


def _default(value: object) -> str:
    if isinstance(value, Path):
        return code(value.name)
    if isinstance(value, bool):
        return code(int(value))
    if isinstance(value, tuple):
        value = ",".join(value)
    return code(value) if value and len(str(value)) < 40 else "made" if value else "-"


def _commands(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
        return
    if any(parameter.envvar for parameter in command.params):
        yield name, command  # what is said before any of its commands
    for word in sorted(inner):
        yield from _commands(f"{name} {word}", inner[word])


def _command(name: str, command: Any) -> tuple[str, ...]:
    arguments = "".join(
        f" {_name(p)}" if p.required else f" [{_name(p)}]"
        for p in command.params
        if p.param_type_name == "argument"
    )
    rows = ((_option(p), _shown(p), p.help or "") for p in command.params if p.name != "help")
    return (
        f"## {name}",
        f"`{name}{arguments}`\n\n{command.help or ''}",
        table(("Option", "Default", "Meaning"), rows),
    )


def _option(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return code(_name(parameter))
    return code(" / ".join([*parameter.opts, *parameter.secondary_opts]))


def _name(argument: Any) -> str:
    return str(argument.metavar or argument.name).upper()


def _shown(parameter: Any) -> str:
    value = parameter.default
    plain = isinstance(value, str | int | float) and not isinstance(value, bool) and value != ""
    return code(value) if plain else ""
