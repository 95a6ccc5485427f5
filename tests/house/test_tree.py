"""Does every tracked file keep the rules of the house?"""

import ast
import re

import pytest

from tests.house.tracked import LOCKS, ROOT, modules, texts, tracked

MOST_LINES = 400
LONG_BY_NATURE = {*LOCKS, "LICENSE"}
DATA = {".csv", ".json", ".geojson", ".po", ".svg", ".txt"}

# Written with brackets, so that this file does not hold what it looks for.
REGISTRY_HOSTS = re.compile(
    r"py[p]i[.]org|python[h]osted|registry[.]n[p]mjs|registry[.]ya[r]n|unp[k]g[.]com|"
    r"js[d]elivr|cdn[j]s[.]|deb[.]deb[i]an|proxy[.]gol[a]ng|npm[m]irror|tuna[.]ts[i]nghua"
)
MACHINE_PATHS = re.compile(
    r"(?<![\w.])/(?:w[o]rk/(?:m[a]in|st[e]ering|sh[a]red|[.]l[i]brary)|r[o]ot|f[a]rm)/|"
    r"(?<![\w.])/(?:tm[p]/w|ho[m]e/\w+|Us[e]rs/\w+)/"
)


def lines_that_match(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path}:{number}: {line.strip()[:100]}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_file_names_a_package_registry():
    assert lines_that_match(REGISTRY_HOSTS) == []


def test_no_file_names_a_path_of_somebodys_machine():
    assert lines_that_match(MACHINE_PATHS) == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_holds_hashes_and_no_address(name):
    text = (ROOT / name).read_text()

    assert "sha256" in text or "sha512" in text
    assert "://" not in text
    assert not re.search(r"^\s*(--(extra-)?index-url|--find-links|-[if]) ", text, re.MULTILINE)


def test_no_file_is_longer_than_one_idea():
    too_long = {
        str(path): n_lines
        for path, text in texts()
        if str(path) not in LONG_BY_NATURE
        and path.suffix not in DATA
        and path.parent.name != "migrations"  # written by makemigrations, one a release
        and path.parts[:2] != ("docs", "reference")  # written from the code, to look things up
        and (n_lines := len(text.splitlines())) > MOST_LINES
    }

    assert too_long == {}


def test_every_module_opens_with_what_it_answers():
    silent = [
        str(path)
        for path, source in modules()
        if "migrations" not in path.parts
        and source.strip()
        and not ast.get_docstring(ast.parse(source))
    ]

    assert silent == []


def test_no_built_file_and_no_database_is_tracked():
    built = [
        str(path)
        for path in tracked()
        if path.suffix in {".mo", ".sqlite3", ".pyc"}
        or {"node_modules", "vendor", ".venv", "dist"} & set(path.parts)
        or "web/static/app" in path.as_posix()
    ]

    assert built == []


def test_no_module_is_named_for_having_no_home():
    homeless = {
        "utils",
        "util",
        "helpers",
        "helper",
        "common",
        "manager",
        "managers",
        "base",
        "misc",
    }

    assert [str(path) for path, _ in modules() if homeless & {path.stem, *path.parts[:-1]}] == []
