"""Single sign-on against an independent provider (oidc-provider): real keys, codes, tokens and claims."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from paraph.people import members, welcomes
from paraph.people.models import Member, User
from tests.cast import Shop
from tests.web.office.identity import confirm, issuer, trust

__all__ = ["issuer", "trust"]
pytestmark = pytest.mark.slow
START = "/sign-in/sso/start/"


@pytest.fixture
def corp(issuer: str, trust: Callable[..., Any]) -> str:
    """The provider, believed."""
    trust(issuer)
    return issuer


def claims(email: str = "tess@vliegwerk.example", **more: Any) -> dict[str, Any]:
    return {"sub": f"id-of-{email}", "email": email, "email_verified": True, "name": "Tess", **more}


def sign_in(browser: Client, told: dict[str, Any], onward: str = "/", **options: Any) -> Any:
    """The whole way: out, through the provider, back."""
    away = browser.post(START, {"next": onward})
    assert away.status_code == 302, away.content
    back = confirm(away["Location"], told, **options)
    return browser.get(back.removeprefix("http://testserver"))


def test_a_member_signs_in_and_goes_on_to_where_they_wanted(shop: Shop, corp: str) -> None:
    browser = Client()
    answer = sign_in(browser, claims(), "/orders/")
    assert (answer.status_code, answer["Location"]) == (302, "/orders/")
    assert browser.get("/orders/").context["member"] == shop.tess
    link = SocialAccount.objects.get(user=shop.tess.user)
    assert link.extra_data == {}, "nothing the provider said is kept"


def test_the_way_out_is_a_code_flow_with_pkce_and_state(shop: Shop, corp: str) -> None:
    there = urlsplit(Client().post(START)["Location"])
    told = parse_qs(there.query)
    assert f"{there.scheme}://{there.netloc}" == corp
    assert told["response_type"] == ["code"]
    assert told["code_challenge_method"] == ["S256"]
    assert len(told["state"][0]) >= 16
    assert told["redirect_uri"] == ["http://testserver/sign-in/sso/callback/"]


def test_the_link_holds_when_the_address_changes_at_the_provider(shop: Shop, corp: str) -> None:
    sign_in(Client(), claims())
    browser = Client()
    told = claims() | {"email": "tess.okafor@corp.example", "email_verified": False}
    assert sign_in(browser, told).status_code == 302
    assert browser.get("/").context["member"] == shop.tess
    assert User.objects.get(pk=shop.tess.user_id).email == "tess@vliegwerk.example"


@pytest.mark.parametrize("told", [claims("stranger@corp.example"), claims(email_verified=False)])
def test_who_has_no_membership_is_told_so_kindly_and_is_nobody(
    shop: Shop, corp: str, told: dict[str, Any]
) -> None:
    browser, before = Client(), (User.objects.count(), Member.objects.count())
    answer = sign_in(browser, told)
    assert answer.status_code == 403
    assert "Nobody has let you in yet" in answer.content.decode()
    assert told["email"] in answer.content.decode()
    assert browser.get("/").status_code == 302
    assert (User.objects.count(), Member.objects.count()) == before
    assert not SocialAccount.objects.exists()


def test_a_member_who_was_switched_off_is_not_let_in_by_an_earlier_link(shop: Shop, corp: str) -> None:
    sign_in(Client(), claims())
    members.switch_off(shop.tess, by=shop.mara.actor)
    assert sign_in(Client(), claims()).status_code == 403


def test_groups_of_the_provider_become_roles(shop: Shop, issuer: str, trust: Callable[..., Any]) -> None:
    trust(issuer, groups={"chiefs": "manager", "field": "technician"})
    browser = Client()
    assert sign_in(browser, claims("new@corp.example", groups=["chiefs"])).status_code == 302
    assert browser.get("/settings/members/").status_code == 200
    assert sign_in(browser, claims("new@corp.example", groups=["field"])).status_code == 302
    assert browser.get("/settings/members/").status_code == 403
    assert sign_in(Client(), claims("other@corp.example", groups=["everybody"])).status_code == 403


def test_who_is_invited_joins_with_the_provider(shop: Shop, corp: str) -> None:
    welcomes.invite(
        shop.organisation, "nora@corp.example", name="Nora", role="biller", language="nl",
        by=shop.mara, actor=shop.mara.actor,
    )  # fmt: skip
    browser = Client()
    assert sign_in(browser, claims("nora@corp.example")).status_code == 302
    assert browser.get("/").context["member"].role == "biller"


def test_single_sign_on_counts_as_a_second_factor(shop: Shop, corp: str) -> None:
    shop.organisation.second_factor = True
    shop.organisation.save()
    browser = Client()
    sign_in(browser, claims())
    assert browser.get("/").status_code == 200


def test_line_11_the_session_id_changes(shop: Shop, corp: str) -> None:
    browser = Client()
    away = browser.post(START)
    planted = browser.cookies["__Host-paraph"].value
    browser.get(confirm(away["Location"], claims()).removeprefix("http://testserver"))
    assert browser.cookies["__Host-paraph"].value != planted


def test_an_answer_works_once_and_in_no_other_browser(shop: Shop, corp: str) -> None:
    browser, thief = Client(), Client()
    thief.post(START)
    away = browser.post(START)
    back = confirm(away["Location"], claims()).removeprefix("http://testserver")
    assert thief.get(back).status_code == 403
    assert thief.get("/").status_code == 302
    assert browser.get(back).status_code == 302
    assert browser.get("/").status_code == 200
    browser.post("/sign-out/")
    assert browser.get(back).status_code == 302
    assert browser.get("/").status_code == 302, "the same answer again opens nothing"


def test_an_answer_nobody_asked_for_leads_to_the_sign_in_page_and_opens_no_session(
    shop: Shop, corp: str
) -> None:
    browser = Client()
    answer = browser.get("/sign-in/sso/callback/?code=stolen&state=planted")
    assert answer["Location"] == "/sign-in/"
    assert not browser.cookies


def test_a_refusal_at_the_provider_is_told_kindly(shop: Shop, corp: str) -> None:
    answer = sign_in(Client(), claims(), refuse=True)
    assert answer.status_code == 403
    assert "Corp did not confirm who you are" in answer.content.decode()


def test_a_provider_that_does_not_answer_is_told_kindly(shop: Shop, trust: Callable[..., Any]) -> None:
    trust("http://localhost:9")
    answer = Client().post(START)
    assert answer.status_code == 403
    assert "Corp did not confirm" in answer.content.decode()


def test_only_the_pages_with_the_button_may_lead_to_the_provider(shop: Shop, corp: str) -> None:
    def form_action(path: str) -> str:
        policy = Client().get(path)["Content-Security-Policy"]
        return next(part.strip() for part in policy.split(";") if part.strip().startswith("form-action"))

    assert form_action("/sign-in/") == f"form-action 'self' {corp}"
    assert form_action("/proof/") == "form-action 'self'"
    assert "Sign in with Corp" in Client().get("/sign-in/").content.decode()


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example"])
def test_nobody_is_sent_elsewhere_afterwards(shop: Shop, corp: str, onward: str) -> None:
    assert sign_in(Client(), claims(), onward)["Location"] == "/"


def test_leaving_is_a_post_and_limited(shop: Shop, corp: str) -> None:
    assert Client().get(START).status_code == 405
    tries = [Client().post(START).status_code for _ in range(21)]
    assert tries[-1] == 429


def test_another_provider_s_name_is_not_there(shop: Shop, corp: str) -> None:
    assert Client().post("/sign-in/other/start/").status_code == 404
    assert Client().get("/sign-in/other/callback/").status_code == 404


def test_somebody_without_a_password_confirms_by_the_provider(shop: Shop, corp: str) -> None:
    """Proving it anew is asked of the provider (prompt=login), and comes back to where one was."""
    shop.tess.user.set_password(None)
    shop.tess.user.save()
    browser = Client()
    browser.force_login(shop.tess.user)
    asked = browser.get("/account/factors/app/")["Location"]
    assert asked.startswith("/confirm/")
    assert "Confirm with Corp" in browser.get(asked).content.decode()
    away = browser.post(START, {"next": "/account/factors/app/"})
    assert parse_qs(urlsplit(away["Location"]).query)["prompt"] == ["login"]
    back = confirm(away["Location"], claims())
    answer = browser.get(back.removeprefix("http://testserver"))
    assert answer["Location"] == "/account/factors/app/"
    assert browser.get(answer["Location"]).status_code == 200


def test_line_38_what_happened_is_logged_without_code_or_address(
    shop: Shop, corp: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        sign_in(Client(), claims())
        sign_in(Client(), claims("stranger@corp.example"))
    told = [one.getMessage() for one in caplog.records if one.name == "paraph.access"]
    assert any(one.startswith(f"signed in: user {shop.tess.user_id}") for one in told)
    assert any(one.startswith("sign-in failed: no membership") for one in told)
    assert "stranger@" not in " ".join(told)
