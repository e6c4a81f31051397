"""Settings, few and from the environment (docs/operate/configuration.md); a wrong value stops the start.

Every secret is a file under PARAPH_DATA/keys, made at first start. There is no default secret (security.md line 35).
"""

from __future__ import annotations

import os
import re
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from paraph.config import database, single_sign_on, storage, tiles
from paraph.lib import environment, keyfile
from paraph.web.shared import style

PACKAGE = Path(__file__).resolve().parent.parent
# The readers, under the names that stand for "read from the environment".
_flag, _number, _secret = environment.flag, environment.number, environment.secret

# --- where things are -------------------------------------------------------------------------------------------
PARAPH_DATA = Path(os.environ.get("PARAPH_DATA", "var")).resolve()
PARAPH_PORT = environment.port("PARAPH_PORT", 8000)
PARAPH_ORIGIN = os.environ.get("PARAPH_ORIGIN", f"http://localhost:{PARAPH_PORT}").rstrip("/")
PARAPH_DEMO = _flag("PARAPH_DEMO")
# Addresses of proxies whose X-Forwarded-For is believed, comma separated (security.md line 34).
PARAPH_PROXIES = [one.strip() for one in os.environ.get("PARAPH_PROXIES", "").split(",") if one.strip()]
for _proxy in PARAPH_PROXIES:
    try:
        ip_network(_proxy)
    except ValueError as _problem:
        raise ImproperlyConfigured(
            f"PARAPH_PROXIES names {_proxy!r}, which is no address or network"
        ) from _problem
# RFC 3161 authority to ask instead of the embedded one, and the file with its root certificates (PEM).
PARAPH_TSA_URL = os.environ.get("PARAPH_TSA_URL", "")
PARAPH_TSA_ROOTS = os.environ.get("PARAPH_TSA_ROOTS", "")
if PARAPH_TSA_URL and not Path(PARAPH_TSA_ROOTS).is_file():
    raise ImproperlyConfigured(
        "PARAPH_TSA_URL needs PARAPH_TSA_ROOTS, the file with that authority's root certificates"
    )
if PARAPH_TSA_URL and urlsplit(PARAPH_TSA_URL).scheme not in {"https", "http"}:
    raise ImproperlyConfigured("PARAPH_TSA_URL must look like https://tsa.example.com")
environment.require_certificates("PARAPH_TSA_ROOTS", PARAPH_TSA_ROOTS)

# Where files are kept: {} for the folder `blobs`, else what `lib.bucket.Bucket` takes.
PARAPH_FILES = storage.read()

_origin = urlsplit(PARAPH_ORIGIN)
_local = _origin.hostname in {"localhost", "127.0.0.1", "::1"}
if _origin.scheme not in {"https", "http"} or not environment.is_bare(_origin):
    raise ImproperlyConfigured(
        f"PARAPH_ORIGIN is {PARAPH_ORIGIN!r}; it must look like https://sign.example.com"
    )
if _origin.scheme == "http" and not _local:
    raise ImproperlyConfigured("PARAPH_ORIGIN must be https, because browsers keep secure cookies only there")

DEBUG = False
SECRET_KEY = keyfile.read_or_create(
    PARAPH_DATA / "keys" / "django.key", os.urandom(48).hex().encode()
).decode()
ALLOWED_HOSTS = [_origin.hostname, *(["localhost", "127.0.0.1", "[::1]"] if _local else [])]
CSRF_TRUSTED_ORIGINS = [PARAPH_ORIGIN]
ROOT_URLCONF = "paraph.config.urls"
WSGI_APPLICATION = "paraph.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "paraph.evidence",
    "paraph.delivery",
    "paraph.people",
    "paraph.work",
    "paraph.signoff",
    "paraph.capture",
    "paraph.billing",
    "paraph.insights",
    "paraph.automation",
    "paraph.web.shared",
    "paraph.web.portal",
    "paraph.web.field",
    "paraph.web.office",
    "paraph.operate",
]

MIDDLEWARE = [
    "paraph.web.shared.middleware.Forwarded",
    "paraph.config.watch.Watch",
    "paraph.web.shared.middleware.SecurityHeaders",
    "csp.middleware.CSPMiddleware",
    "paraph.config.probes.Probes",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "paraph.web.shared.middleware.Language",
    "django.middleware.common.CommonMiddleware",
    "paraph.web.shared.middleware.SameOrigin",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "paraph.web.shared.hand_over.HandedOver",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "paraph.web.shared.context.page",
            ],
            "builtins": ["django.templatetags.i18n", "paraph.web.shared.templatetags.paraph"],
        },
    }
]

# --- database ---------------------------------------------------------------------------------------------------
DATABASES = {"default": database.read(PARAPH_DATA)}

# Rendered pages of the portal (web.portal.memory), 60 kB each and good for a minute; every web process keeps its own.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 40},
    }
}

# --- people -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
LOGIN_URL = "office:sign_in"
LOGIN_REDIRECT_URL = "office:start"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# django-allauth: steps of a sign-in, factors, single sign-on. Pages, words and limits are our own (people, web.office).
PARAPH_OIDC = single_sign_on.read()
ACCOUNT_ADAPTER = "paraph.web.office.adapters.Account"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# Counted in our own database instead (people.limits): the library's counters live in each process alone.
ACCOUNT_RATE_LIMITS = False
MFA_ADAPTER = "paraph.people.factors.Vaulted"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # steps of 30 s before and after: telephones' clocks differ
MFA_RATE_LIMITS = False
SOCIALACCOUNT_ADAPTER = "paraph.web.office.adapters.Social"
SOCIALACCOUNT_PROVIDERS = single_sign_on.providers(PARAPH_OIDC)
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5

# --- the map of a site's area (docs/operate/configuration.md) -------------------------------------------------------
# A tile server to show behind it; without one the map is a grid of metres, and no other machine is asked.
PARAPH_TILES = os.environ.get("PARAPH_TILES", "")
PARAPH_TILES_ATTRIBUTION = os.environ.get("PARAPH_TILES_ATTRIBUTION", "")
TILES_ORIGIN = tiles.origin(PARAPH_TILES)

# --- cookies and headers (security.md lines 6, 12, 22, 23) --------------------------------------------------------
SESSION_ENGINE = "paraph.web.shared.sessions"
SESSION_COOKIE_NAME = "__Host-paraph"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "paraph.web.shared.errors.csrf_failed"
# In the session: a cookie of its own would hold words about customers and lack the __Host- prefix.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LANGUAGE_COOKIE_NAME = "__Host-language"
LANGUAGE_COOKIE_SECURE = True
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF, style.source()],
        "img-src": [SELF, "data:", *TILES_ORIGIN],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}

# --- words ------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("nl", "Nederlands"), ("fr", "Français")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- files ------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = PARAPH_DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- mail -------------------------------------------------------------------------------------------------------
EMAIL_BACKEND = "paraph.delivery.smtp.SmtpBackend"
EMAIL_HOST = os.environ.get("SMTP_HOST", "localhost")
EMAIL_PORT = environment.port("SMTP_PORT", 25)
EMAIL_HOST_USER = os.environ.get("SMTP_USER", "")
EMAIL_HOST_PASSWORD = _secret("SMTP_PASSWORD")
EMAIL_USE_TLS = _flag("SMTP_STARTTLS")
EMAIL_USE_SSL = _flag("SMTP_TLS")
if EMAIL_USE_TLS and EMAIL_USE_SSL:
    raise ImproperlyConfigured("SMTP_TLS and SMTP_STARTTLS exclude each other: set one of them")
# Root certificates (PEM) to trust for the mail server instead of the system's.
SMTP_ROOTS = os.environ.get("SMTP_ROOTS", "")
if SMTP_ROOTS and not Path(SMTP_ROOTS).is_file():
    raise ImproperlyConfigured("SMTP_ROOTS must name a file with root certificates (PEM)")
environment.require_certificates("SMTP_ROOTS", SMTP_ROOTS)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("PARAPH_FROM") or f"Paraph <paraph@{_origin.hostname}>"
if not environment.is_sender(DEFAULT_FROM_EMAIL):
    raise ImproperlyConfigured("PARAPH_FROM must look like Name <address@example.com>")
# Where mail that cannot be delivered comes back: the envelope sender, and the mailbox to look into.
PARAPH_BOUNCE_ADDRESS = os.environ.get("PARAPH_BOUNCE_ADDRESS", "")
if PARAPH_BOUNCE_ADDRESS and not re.fullmatch(r"[A-Za-z0-9._-]{1,20}@[A-Za-z0-9.-]+", PARAPH_BOUNCE_ADDRESS):
    raise ImproperlyConfigured(
        "PARAPH_BOUNCE_ADDRESS must look like bounces@example.com, with at most 20 letters before the @"
    )
PARAPH_BOUNCES = _secret("PARAPH_BOUNCES")
if PARAPH_BOUNCES and urlsplit(PARAPH_BOUNCES).scheme not in {"imaps", "imap", "maildir"}:
    raise ImproperlyConfigured(
        "PARAPH_BOUNCES must look like imaps://user:password@host/INBOX or maildir:///path"
    )
# Days after which the outbox forgets what a sent message said.
PARAPH_KEEP_MAIL_DAYS = _number("PARAPH_KEEP_MAIL_DAYS", 90)
# Hours before a signing link ends that who has not signed is reminded, once; 0: never.
PARAPH_REMIND_HOURS = _number("PARAPH_REMIND_HOURS", 24)
if PARAPH_REMIND_HOURS < 0:
    raise ImproperlyConfigured("PARAPH_REMIND_HOURS must be 0 or more")
if PARAPH_KEEP_MAIL_DAYS < 1:
    raise ImproperlyConfigured("PARAPH_KEEP_MAIL_DAYS must be 1 or more")
EMAIL_FILE_PATH = PARAPH_DATA / "mail"
if PARAPH_DEMO:
    EMAIL_BACKEND = "paraph.delivery.mailbox.MailboxBackend"

# --- watching it (docs/operate/monitoring.md) ----------------------------------------------------------------------
# Who shows this as a bearer token may read /metrics and the sentences of /readyz; besides, only this machine may.
PARAPH_METRICS_TOKEN = _secret("PARAPH_METRICS_TOKEN")
if PARAPH_METRICS_TOKEN and len(PARAPH_METRICS_TOKEN) < 16:
    raise ImproperlyConfigured("PARAPH_METRICS_TOKEN must have 16 characters or more")
PARAPH_LOG = os.environ.get("PARAPH_LOG", "text")
if PARAPH_LOG not in {"text", "json"}:
    raise ImproperlyConfigured(f"PARAPH_LOG is {PARAPH_LOG!r}; it must be text or json")
PARAPH_LOG_LEVEL = os.environ.get("PARAPH_LOG_LEVEL", "INFO").upper()
if PARAPH_LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
    raise ImproperlyConfigured(
        f"PARAPH_LOG_LEVEL is {PARAPH_LOG_LEVEL!r}; it must be DEBUG, INFO, WARNING or ERROR"
    )
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "paraph.config.logging.Text"},
        "json": {"()": "paraph.config.logging.Json"},
    },
    # No link key and no mail address ever reaches a log (security.md line 7).
    "filters": {"keys": {"()": "paraph.web.shared.logs.WithoutTokens"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": PARAPH_LOG, "filters": ["keys"]}},
    "root": {"handlers": ["console"], "level": PARAPH_LOG_LEVEL},
}
