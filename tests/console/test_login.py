"""
Logging in and out.
"""

import pytest

from ecofax_gateway.store import web_sessions
from ecofax_gateway.web.body import FIELDS_BYTES
from ecofax_gateway.web.headers import POLICY
from tests.site import OPERATOR, ORIGIN, OURS, PASSWORD


async def is_logged_in(browser):
    return (await browser.get("/")).headers["location"] == "/campaigns"


async def test_a_line_logs_in_with_its_number_as_people_write_it(new_browser):
    browser = new_browser()

    answer = await browser.log_in("03 66 72 03 07")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/campaigns"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


async def test_an_operator_logs_in_with_a_name(marie):
    assert "Exploitant marie" in (await marie.get("/login")).text


async def test_a_wrong_password_and_an_unknown_line_are_told_alike(new_browser):
    browser = new_browser()

    wrong = await browser.log_in(OURS, "something else")
    unknown = await browser.log_in("0399999999", "something else")

    assert wrong.status_code == unknown.status_code == 422
    assert "Le numéro ou le mot de passe est faux." in wrong.text
    assert wrong.text.replace(OURS, "") == unknown.text.replace("0399999999", "")


async def test_no_answer_repeats_the_password(new_browser):
    answer = await new_browser().log_in(OURS, "Zebre8Quart")

    assert "Zebre8Quart" not in answer.text


async def test_who_guesses_too_often_waits_even_with_the_right_password(new_browser):
    browser = new_browser()
    for _ in range(5):
        await browser.log_in(OURS, "guess")

    answer = await browser.log_in(OURS, PASSWORD)

    assert answer.status_code == 429
    assert "Trop d'essais" in answer.text.replace("&#39;", "'")


async def test_who_is_not_logged_in_is_asked_and_comes_back(new_browser):
    browser = new_browser()

    asked = await browser.get("/")
    form = {"user": OURS, "password": PASSWORD, "next": "/lists?page=2"}
    answer = await browser.http.post("/login", data=form)

    assert asked.headers["location"] == "/login?next=/"
    assert answer.headers["location"] == "/lists?page=2"


async def test_nobody_is_sent_to_another_site_after_the_login(new_browser):
    for elsewhere in (
        "//evil.example/",
        "///evil.example/",
        "////evil.example/",
        "/\t/evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "//[",
    ):
        form = {"user": OURS, "password": PASSWORD, "next": elsewhere}
        answer = await new_browser().http.post("/login", data=form)
        assert answer.headers["location"] == "/campaigns", elsewhere


async def test_a_session_ends_at_the_logout(ours):
    await ours.post("/logout")

    assert not await is_logged_in(ours)


async def test_logging_out_everywhere_ends_the_other_browsers_too(ours, new_browser):
    other = new_browser()
    await other.log_in(OURS)

    await ours.post("/logout", {"everywhere": "yes"})

    assert not await is_logged_in(other)


async def test_a_session_ends_when_nobody_uses_it(ours, site_clock):
    site_clock.forward(hours=13)

    assert not await is_logged_in(ours)


async def test_a_session_in_use_goes_on_but_not_for_ever(ours, site_clock):
    for _ in range(16):
        site_clock.forward(hours=10)
        assert await is_logged_in(ours)

    site_clock.forward(hours=10)
    assert not await is_logged_in(ours)


async def test_a_form_without_the_sessions_secret_changes_nothing(ours):
    answer = await ours.http.post("/logout", data={"csrf": "made up"})

    assert answer.status_code == 403
    assert await is_logged_in(ours)


async def test_a_form_of_another_site_is_refused(new_browser):
    form = {"user": OURS, "password": PASSWORD}
    for headers in (
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"origin": ORIGIN, "sec-fetch-site": "same-site"},
    ):
        answer = await new_browser().http.post("/login", data=form, headers=headers)
        assert answer.status_code == 403, headers


async def test_the_token_is_only_in_the_browser(ours, desk):
    (token,) = [cookie.value for cookie in ours.http.cookies.jar]

    with desk.db._engine.connect() as conn:  # the file itself, as a thief would read it
        rows = conn.exec_driver_sql("SELECT * FROM web_session").all()

    assert len(rows) == 1
    assert token not in str(rows)


async def test_ended_sessions_are_forgotten(ours, desk, site_clock):
    site_clock.forward(days=1)

    assert await desk.db.tx(web_sessions.forget, now=site_clock()) == 1


async def test_the_language_is_kept(new_browser):
    browser = new_browser(**{"accept-language": "de, en;q=0.8, fr;q=0.5"})
    assert 'lang="en"' in (await browser.get("/login")).text

    await browser.http.post("/language", data={"tongue": "fr", "back": "/login"})

    assert '<html lang="fr">' in (await browser.get("/login")).text


async def test_every_answer_lets_only_our_own_files_run(new_browser):
    for path in ("/login", "/static/style.css", "/nowhere"):
        answer = await new_browser().get(path)
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("size", [2_000_000, 45_000_000])
async def test_a_form_without_a_file_is_not_read_for_long(new_browser, size):
    read = 0

    async def typed():
        nonlocal read
        while read < size:
            read += 100_000
            yield b"9" * 100_000

    answer = await new_browser().http.post(
        "/login",
        content=typed(),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )

    assert answer.status_code == 413
    assert read <= FIELDS_BYTES + 200_000


async def test_a_large_file_is_taken_from_who_is_logged_in(ours, new_browser):
    files = {"file": ("list.txt", b"0972101010\n" * 200_000)}
    form = {"name": "Clients"}

    stranger = await new_browser().http.post("/lists", data=form, files=files)
    taken = await ours.post("/lists", form, files=files)

    assert stranger.headers["location"] == "/login?next=&lost=yes"
    assert taken.headers["location"] == "/lists/1?done=added"


async def test_a_browser_keeps_our_files_and_no_page(new_browser):
    browser = new_browser()
    style = await browser.get("/static/style.css")
    known = {"if-none-match": style.headers["etag"]}

    again = await browser.get("/static/style.css", headers=known)

    assert style.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert (await browser.get("/login")).headers["cache-control"] == "no-store"


async def test_a_request_that_is_too_large_is_refused_in_a_sentence(new_browser, desk):
    body = b"user=" + b"9" * (desk.max_bytes + 2_000_000)

    answer = await new_browser().http.post(
        "/login",
        content=body,
        headers={"content-type": "application/x-www-form-urlencoded"},
    )

    assert answer.status_code == 413
    assert "Fichier trop gros" in answer.text
    assert "Un fichier a 40 Mo au plus" in answer.text


@pytest.mark.parametrize(
    ("referer", "leads_back"),
    [
        pytest.param(f"{ORIGIN}/campaigns/ABCD/edit/document?done=x", True, id="ours"),
        pytest.param("http://elsewhere.test/campaigns/ABCD", False, id="elsewhere"),
        pytest.param(f"{ORIGIN}//elsewhere.test/campaigns", False, id="two-slashes"),
    ],
)
async def test_whoever_is_refused_finds_back_to_his_form(ours, referer, leads_back):
    answer = await ours.http.post("/lists", data={}, headers={"referer": referer})

    assert answer.status_code == 403
    shown = 'href="/campaigns/ABCD/edit/document"' in answer.text
    assert shown is leads_back
    assert 'href="//' not in answer.text


async def test_an_operators_name_does_not_open_a_line(new_browser):
    assert (await new_browser().log_in(OPERATOR.upper())).status_code == 422


async def test_whoever_was_logged_out_over_a_form_comes_back_to_it(new_browser):
    browser, form = new_browser(), "/campaigns/ABCD2345/edit/sending"

    sent = await browser.http.post(
        form, data={"send_type": "manual"}, headers={"referer": ORIGIN + form}
    )
    asked = await browser.get(sent.headers["location"])

    assert sent.headers["location"] == f"/login?next={form}&lost=yes"
    assert "n&#39;est pas enregistré" in asked.text
    assert f'name="next" value="{form}"' in asked.text
