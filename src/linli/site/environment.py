"""What does the environment say? The one place that reads ``LINLI_...``."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from linli.errors import BadInput, MissingSettings
from linli.knocks.rates import Rate, rate_of


@dataclass(frozen=True)
class Environment:
    """The deployment's settings; each field is ``LINLI_`` and its name in capitals.

    Fields
    ------
    data_dir
        Folder for what is kept beside the database: the SQLite file itself, and the kept secret.
    database_url
        `postgresql://user:password@host:port/name` (a socket's folder as `?host=...`), or
        `sqlite:///file`; left out, a SQLite file in the data folder.
    secret_key
        Signs sessions; left out, one is made at the first start and kept in the data folder.
    hosts
        Host names by which this deployment may be called, parted by commas.
    demo
        1: a demonstration. All that is done is an exercise, and the cast signs in by one click.
    debug
        1: errors show their inside. Never where somebody else can reach it.
    second_factor
        1: staff must show a second factor, 0: they need not. The default is 1, in a demo 0.
    mail_url
        The mail server, smtp://user:password@host:port or smtps://...; without it no mail leaves.
    origins
        Addresses pages may be posted from, such as `https://city.example`, parted by commas.
    oidc_url
        The OpenID Connect provider that vouches for staff; needs the two settings that follow.
    oidc_client
        The name by which that provider knows this deployment.
    oidc_secret
        The secret that goes with that name.
    open311_keys
        Keys of the apps that may file requests by Open311, parted by commas.
    open311_jurisdiction
        The name by which Open311 clients may ask for this city; left out, any name does.
    warning_plan
        A file that says which signals are watched every night and how; left out, the one shipped.
    filing_rate
        How many requests one sender without a post may file, such as `30/hour`: so many at once,
        and so many again in each such span. `off`: any number. The default is 30/hour, in a demo
        off, since there the whole city calls from one machine.
    app_rate
        The same for one Open311 key, which files for many; 600/hour by default.
    guess_rate
        How many wrong tokens and keys one sender may try; 30/hour by default.
    sign_in_rate
        How many wrong passwords one sender may try for one name; 10/hour by default. For all
        names together it is six times as many.
    proxies
        How many proxies of yours stand in front, each adding to `X-Forwarded-For` whom it saw;
        1 by default where every origin is https, else 0.
    oidc_second_factor
        Values of the provider's `amr` or `acr` claim that say it has checked a second factor,
        parted by commas, such as `mfa,hwk`; left out, staff show one here as well.
    roads
        The file of the city's roads: an OpenStreetMap extract, a CSV of roads, or what
        `linli dispatch roads --out` made of one; left out, ways are sketched and times estimated.
    bridges
        A CSV of the bridges between banks, for a city without a file of roads; a bank is written
        as the codes of the districts on it, parted by spaces.
    """

    data_dir: Path
    database_url: str
    secret_key: str
    hosts: tuple[str, ...]
    demo: bool
    debug: bool
    second_factor: bool
    mail_url: str
    origins: tuple[str, ...]
    oidc_url: str
    oidc_client: str
    oidc_secret: str
    open311_keys: tuple[str, ...]
    open311_jurisdiction: str
    warning_plan: str
    filing_rate: Rate | None
    app_rate: Rate | None
    guess_rate: Rate | None
    sign_in_rate: Rate | None
    proxies: int
    oidc_second_factor: frozenset[str]
    roads: Path | None
    bridges: Path | None

    @property
    def secure(self) -> bool:
        """Whether people reach this deployment over https: every origin it names says so."""
        return _all_https(self.origins)


def read(environ: Mapping[str, str] = os.environ) -> Environment:
    """The settings; raises MissingSettings that names everything missing at once."""
    demo = _flag(environ, "LINLI_DEMO")
    data_dir = Path(environ.get("LINLI_DATA_DIR", "data")).absolute()
    secret = environ.get("LINLI_SECRET_KEY", "")
    hosts = tuple(h for h in environ.get("LINLI_HOSTS", "localhost,127.0.0.1").split(",") if h)
    missing = []
    if not secret:
        secret = _kept_secret(data_dir)
    if environ.get("LINLI_OIDC_URL") and not environ.get("LINLI_OIDC_CLIENT"):
        missing.append("LINLI_OIDC_CLIENT")
    url = environ.get("LINLI_DATABASE_URL", "")
    if url and urlsplit(url).scheme not in {"postgresql", "postgres", "sqlite"}:
        missing.append("LINLI_DATABASE_URL (postgresql://... or sqlite:///...)")
    rates, unreadable = _rates(environ, demo=demo)
    missing += unreadable
    origins = _parts(environ, "LINLI_ORIGINS")
    proxies = environ.get("LINLI_PROXIES", "").strip() or str(int(_all_https(origins)))
    if not proxies.isdecimal():
        missing.append("LINLI_PROXIES (0, 1, 2 ...)")
    files = {name: _file(environ, name) for name in ("LINLI_ROADS", "LINLI_BRIDGES")}
    missing += [f"{name} (no file {file})" for name, file in files.items() if _is_lost(file)]
    if missing:
        raise MissingSettings(missing=tuple(missing))
    return Environment(
        data_dir=data_dir,
        database_url=url,
        secret_key=secret,
        hosts=hosts,
        demo=demo,
        debug=_flag(environ, "LINLI_DEBUG"),
        second_factor=_flag(environ, "LINLI_SECOND_FACTOR", default=not demo),
        mail_url=environ.get("LINLI_MAIL_URL", ""),
        origins=origins,
        oidc_url=environ.get("LINLI_OIDC_URL", ""),
        oidc_client=environ.get("LINLI_OIDC_CLIENT", ""),
        oidc_secret=environ.get("LINLI_OIDC_SECRET", ""),
        open311_keys=_parts(environ, "LINLI_OPEN311_KEYS"),
        open311_jurisdiction=environ.get("LINLI_OPEN311_JURISDICTION", ""),
        warning_plan=environ.get("LINLI_WARNING_PLAN", ""),
        filing_rate=rates["filing"],
        app_rate=rates["app"],
        guess_rate=rates["guess"],
        sign_in_rate=rates["sign_in"],
        proxies=int(proxies),
        oidc_second_factor=frozenset(_parts(environ, "LINLI_OIDC_SECOND_FACTOR")),
        roads=files["LINLI_ROADS"],
        bridges=files["LINLI_BRIDGES"],
    )


def database(env: Environment) -> dict[str, object]:
    """Django's database settings: SQLite with write-ahead log, or PostgreSQL."""
    parts = urlsplit(env.database_url)
    if parts.scheme in {"postgresql", "postgres"}:
        socket = parse_qs(parts.query).get("host", [""])[0]  # a folder, for a Unix socket
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": socket or unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
        }
    file = Path(unquote(parts.path)) if parts.scheme == "sqlite" else env.data_dir / "linli.sqlite3"
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536; "
                "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=1073741824;"
            ),
        },
    }


def providers(env: Environment) -> dict[str, object]:
    """Who else may vouch for staff: one OpenID Connect provider, if the city has one."""
    if not env.oidc_url:
        return {}
    app = {
        "provider_id": "city",
        "name": urlsplit(env.oidc_url).hostname or "OpenID Connect",
        "client_id": env.oidc_client,
        "secret": env.oidc_secret,
        "settings": {"server_url": env.oidc_url},
    }
    return {"openid_connect": {"APPS": [app]}}


def _rates(environ: Mapping[str, str], *, demo: bool) -> tuple[dict[str, Rate | None], list[str]]:
    """The rates by name, and the settings that cannot be read as one."""
    usual = {
        "filing": "off" if demo else "30/hour",
        "app": "600/hour",
        "guess": "30/hour",
        "sign_in": "10/hour",
    }
    found: dict[str, Rate | None] = {}
    unreadable = []
    for name, text in usual.items():
        setting = f"LINLI_{name.upper()}_RATE"
        try:
            found[name] = rate_of(name, environ.get(setting, "").strip() or text)
        except BadInput:
            unreadable.append(f"{setting} (30/hour, 30/day ..., or off)")
    return found, unreadable


def _file(environ: Mapping[str, str], name: str) -> Path | None:
    text = environ.get(name, "").strip()
    return Path(text).absolute() if text else None


def _is_lost(file: Path | None) -> bool:
    return file is not None and not file.is_file()


def _parts(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in environ.get(name, "").split(",") if part.strip())


def _all_https(origins: tuple[str, ...]) -> bool:
    return bool(origins) and all(o.startswith("https://") for o in origins)


def _flag(environ: Mapping[str, str], name: str, *, default: bool = False) -> bool:
    value = environ.get(name, "").strip().lower()
    return default if value == "" else value in {"1", "true", "yes", "on"}


def _kept_secret(data_dir: Path) -> str:
    """A secret made at the first start and kept with the data, so that sessions survive."""
    file = data_dir / "secret_key"
    if not file.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48), "utf-8")
    return file.read_text("utf-8").strip()
