"""One request, answered by the product's own WSGI application in this process: what it cost, without any network."""

from __future__ import annotations

import importlib
import io
import os
import time
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache as memory
from django.db import connection

from paraph.operate import startup
from paraph.people.models import User

SECRET = "c" * 32  # a browser's CSRF cookie; the form sends the same


def signed_in(user: User) -> str:
    """The key of a new session in which this person is signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def answer(path: str, session: str, fields: dict[str, str] | None = None) -> dict[str, float]:
    """Ask for a page, or post a form: status, CPU and wall milliseconds, and how many queries it took.

    Pages kept in memory are forgotten first: what is measured is a page made anew.
    """
    memory.clear()
    body = urlencode({**fields, "csrfmiddlewaretoken": SECRET}).encode() if fields else b""
    environ = _environ(path, session, body)
    told: dict[str, float] = {}
    queries = _Counter()
    with connection.execute_wrapper(queries):
        wall, cpu = time.perf_counter(), time.process_time()
        answered = _application()(environ, lambda status, _headers, *_: told.update(status=float(status[:3])))
        for _ in answered:
            pass
        answered.close()
        told["cpu"], told["wall"] = (time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000
    return {**told, "queries": float(queries.asked)}


class _Counter:
    """Counts what is asked of the database."""

    asked = 0

    def __call__(self, execute: Any, *what: Any) -> Any:
        self.asked += 1
        return execute(*what)


@cache
def _application() -> Any:
    startup.collect_static()  # pages name their files by digest, as served ones do
    return importlib.import_module("paraph.config.wsgi").application


def _environ(path: str, session: str, body: bytes) -> dict[str, Any]:
    told, origin = urlsplit(path), urlsplit(settings.PARAPH_ORIGIN)
    return {
        "REQUEST_METHOD": "POST" if body else "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": told.path,
        "QUERY_STRING": told.query,
        "SERVER_NAME": origin.hostname,
        "SERVER_PORT": str(origin.port or 80),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": origin.netloc,
        "HTTP_COOKIE": f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={SECRET}",
        "HTTP_ACCEPT_ENCODING": "gzip",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": origin.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": open(os.devnull, "w"),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
