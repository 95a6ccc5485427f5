"""In which language does the command line speak? That of LINLI_LANG, else of the locale."""

import gettext as catalogue
import os
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

CHINESE = "zh-hans"
ENGLISH = "en"


def language(environ: Mapping[str, str] = os.environ) -> str:
    """The language asked for: the first of LINLI_LANG and the locale's settings that says one."""
    for name in ("LINLI_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        said = environ.get(name, "").lower().replace("_", "-")
        if said.startswith("zh"):
            return CHINESE
        if said and said.split(".")[0] not in {"c", "posix"}:
            return ENGLISH
    return ENGLISH


def gettext(text: str) -> str:
    """The text in the language of the command line; works before Django is there."""
    return _catalogue(language()).gettext(text)


@lru_cache(maxsize=2)
def _catalogue(of: str) -> catalogue.NullTranslations:
    if of == ENGLISH:
        return catalogue.NullTranslations()
    compiled = files("linli").joinpath("locale", "zh_Hans", "LC_MESSAGES", "django.mo")
    if not compiled.is_file():
        return catalogue.NullTranslations()
    with compiled.open("rb") as file:
        return catalogue.GNUTranslations(file)
