"""Django's settings, all from the environment."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from linli.site import environment

ENV = environment.read()
PACKAGE = Path(__file__).resolve().parent.parent

SECRET_KEY = ENV.secret_key
DEBUG = ENV.debug
ALLOWED_HOSTS = list(ENV.hosts)
CSRF_TRUSTED_ORIGINS = list(ENV.origins)
DEMO = ENV.demo
SECOND_FACTOR = ENV.second_factor
OPEN311_KEYS = list(ENV.open311_keys)
OPEN311_JURISDICTION = ENV.open311_jurisdiction
WARNING_PLAN = ENV.warning_plan
FILING_RATE, APP_RATE = ENV.filing_rate, ENV.app_rate
GUESS_RATE, SIGN_IN_RATE = ENV.guess_rate, ENV.sign_in_rate
PROXIES = ENV.proxies
OIDC_SECOND_FACTOR = ENV.oidc_second_factor
ROADS, BRIDGES = ENV.roads, ENV.bridges

INSTALLED_APPS = [
    "linli.web",  # before allauth, whose pages wear our templates
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "linli.audit",
    "linli.jobs",
    "linli.knocks",
    "linli.registry",
    "linli.loops",
    "linli.studies",
    "linli.plans",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "linli.web.packed.PackedPages",
    "linli.web.security.content_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "linli.api.middleware.OneFace",  # within the language, around everything else
    "linli.web.security.size",  # within the language, before a form is read
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "linli.web.security.second_factor",
    "linli.web.problems.ProblemPages",
]
ROOT_URLCONF = "linli.site.urls"
WSGI_APPLICATION = "linli.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "loops"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "linli.web.page.every_page",
            ]
        },
    }
]
DATABASES = {"default": environment.database(ENV)}
CACHES = {
    "default": {  # what allauth counts, of codes and passwords: the same in every process
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "knocks_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "registry.Account"

USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # the package carries its files; nothing is to be collected
WHITENOISE_MIMETYPES = {".mjs": "text/javascript"}

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
CSRF_FAILURE_VIEW = "linli.web.problems.forged"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/work"
ACCOUNT_FORMS = {"login": "linli.web.sign_in_form.SignIn"}
ACCOUNT_ADAPTER = "linli.web.signing_in.Accounts"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Linli"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = ENV.debug  # a key on http://localhost, while developing
SOCIALACCOUNT_ADAPTER = "linli.web.signing_in.Providers"
SOCIALACCOUNT_PROVIDERS = environment.providers(ENV)

MAIL = urlsplit(ENV.mail_url)  # smtp://user:password@host:port, or smtps://...; none: no mail
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if ENV.mail_url else 'dummy'}.EmailBackend"
EMAIL_HOST, EMAIL_PORT = MAIL.hostname or "", MAIL.port or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(MAIL.username or ""), unquote(MAIL.password or "")
EMAIL_USE_SSL = MAIL.scheme == "smtps"

PASSWORD_RESET_TIMEOUT = 86_400  # seconds that a link for a new password lives

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.secure
SECURE_SSL_REDIRECT = False  # the proxy in front does that
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.secure else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20  # a form; files are streamed to disk
SILENCED_SYSTEM_CHECKS: list[str] = []

LOGGING = {  # to standard error, with the time that somebody who met a fault can tell
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"dated": {"format": "{asctime} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "dated"}},
    "loggers": {"linli": {"handlers": ["console"], "level": "WARNING"}},
}
