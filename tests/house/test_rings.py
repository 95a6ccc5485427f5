"""Do imports point down only, and do the loops stay strangers to each other?"""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest
from importlinter.application.use_cases import SUCCESS, lint_imports
from importlinter.configuration import configure

from tests.house.tracked import ROOT, modules

PACKAGE = ROOT / "src" / "linli"
PURE = ("analysis", "policy")
IMPURE_MODULES = {"io", "os", "pathlib", "random", "shutil", "tempfile", "time"}
ASKS_THE_TIME = re.compile(
    r"\b(datetime|date|timezone)\.(now|today|utcnow|localdate|localtime)\(|\btime\.time(_ns)?\("
)
MAY_ASK_THE_TIME = {"clock.py"}


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    return grimp.build_graph("linli", cache_dir=None)


def rings() -> set[str]:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    layers = config["tool"]["importlinter"]["contracts"][0]["layers"]
    return {name.strip(" ()") for layer in layers for name in re.split("[|:]", layer)}


def package_modules() -> Iterator[tuple[Path, str]]:
    """Yield the package's own modules, tests left out, by their path within it."""
    for path, source in modules():
        is_ours = path.parts[:2] == ("src", "linli")
        if is_ours and not path.name.startswith("test_") and path.name != "conftest.py":
            yield path.relative_to("src/linli"), source


def test_the_import_contracts_are_kept(capsys):
    configure()

    outcome = lint_imports(str(ROOT / "pyproject.toml"), cache_dir=None)

    assert outcome == SUCCESS, capsys.readouterr().out


def test_every_part_of_the_package_stands_in_a_ring():
    parts = {
        path.stem
        for path in PACKAGE.iterdir()
        if (path / "__init__.py").exists() or path.suffix == ".py"
        if not path.name.startswith(("test_", "__", "conftest"))
    }

    assert parts - rings() == set(), "Give the new part its place in pyproject.toml's layers."


def test_loops_are_strangers_to_each_other_and_to_the_engine(imports):
    folders = {path.parent.name for path in (PACKAGE / "loops").glob("*/loop.py")}

    meetings = [
        f"{one} imports {other}"
        for one in imports.modules
        for other in imports.find_modules_directly_imported_by(one)
        if (told := _loop_of(other, folders))
        and one.startswith("linli.loops.")
        and _loop_of(one, folders) != told
    ]

    assert meetings == []


def _loop_of(module: str, folders: set[str]) -> str | None:
    parts = module.split(".")
    return parts[2] if parts[1:2] == ["loops"] and len(parts) > 2 and parts[2] in folders else None


def test_analyses_and_policy_touch_no_file_and_roll_no_dice():
    impure = []
    for path, source in package_modules():
        if path.parts[0] in PURE:
            impure += [f"{path}: {name}" for name in _names_used(source) & IMPURE_MODULES]
            impure += [f"{path}: open()"] if "open" in _calls(source) else []

    assert impure == []


def test_only_the_clock_asks_what_time_it_is():
    askers = [
        f"{path}:{number}"
        for path, source in package_modules()
        if str(path) not in MAY_ASK_THE_TIME
        for number, line in enumerate(source.splitlines(), start=1)
        if ASKS_THE_TIME.search(line)
    ]

    assert askers == []


def _names_used(source: str) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def _calls(source: str) -> set[str]:
    nodes = ast.walk(ast.parse(source))
    return {
        node.func.id
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
