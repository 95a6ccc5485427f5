"""What does the environment say? The one place that reads ``LINLI_...``."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from linli.errors import MissingSettings


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

    @property
    def secure(self) -> bool:
        """Whether people reach this deployment over https: every origin it names says so."""
        return bool(self.origins) and all(o.startswith("https://") for o in self.origins)


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
        origins=tuple(o for o in environ.get("LINLI_ORIGINS", "").split(",") if o),
        oidc_url=environ.get("LINLI_OIDC_URL", ""),
        oidc_client=environ.get("LINLI_OIDC_CLIENT", ""),
        oidc_secret=environ.get("LINLI_OIDC_SECRET", ""),
        open311_keys=tuple(k for k in environ.get("LINLI_OPEN311_KEYS", "").split(",") if k),
        open311_jurisdiction=environ.get("LINLI_OPEN311_JURISDICTION", ""),
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
