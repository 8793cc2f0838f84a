"""
« Campagnes »: what is listed, and how it is found.
"""

import html
import re

import pytest

from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.store import catalogue
from tests.site import THEIRS

SENT, FAILED, UNKNOWN, QUEUED = (
    FaxState.SENT,
    FaxState.FAILED,
    FaxState.UNKNOWN,
    FaxState.QUEUED,
)


def shown(answer):
    """The names in the list."""
    return re.findall(r'<th scope="row"><a href="[^"]+">([^<]*)</a>', answer.text)


def words(answer):
    """The page's text."""
    text = html.unescape(re.sub(r"<[^>]+>", " ", answer.text))
    return " ".join(text.split())


async def test_without_a_campaign_the_page_says_how_to_begin(ours):
    page = await ours.get("/campaigns")

    assert page.status_code == 200
    assert "Pas encore de campagne." in words(page)
    assert page.text.count("<h1>") == 1


async def test_a_campaign_is_listed_with_its_state_result_and_counts(ours, shelf):
    await shelf.put("Relance", {SENT: 2, FAILED: 1, UNKNOWN: 1})

    row = words(await ours.get("/campaigns"))

    assert "terminée succès partiel" in row
    assert "4 2 1 incertains : 1 0" in row


async def test_what_is_under_way_has_progress_and_is_followed(ours, shelf):
    ref = await shelf.put("Relance", {SENT: 1, QUEUED: 3})

    page = await ours.get("/campaigns")

    assert "en cours" in words(page)
    assert f'sse-connect="/campaigns/live?ref={ref}"' in page.text
    assert f'sse-swap="{ref}"' in page.text


async def test_another_lines_campaigns_are_not_listed(ours, marie, shelf):
    await shelf.put("La nôtre", {SENT: 2})
    await shelf.put("La leur", {SENT: 2}, line=THEIRS)

    assert shown(await ours.get("/campaigns")) == ["La nôtre"]
    assert shown(await marie.get("/campaigns")) == ["La leur", "La nôtre"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        pytest.param("q=ete", ["Été", "Fin d&#39;été"], id="name"),
        pytest.param("stage=paused", [], id="stage-without-any"),
        pytest.param("stage=finished", ["Été", "Relance"], id="stage"),
        pytest.param("sort=name", ["Été", "Fin d&#39;été", "Relance"], id="by-name"),
        pytest.param(
            "sort=numbers&order=ascending",
            ["Été", "Relance", "Fin d&#39;été"],
            id="by-numbers",
        ),
        pytest.param(
            "sort=x&stage=x&order=x&page=1", ["Été", "Fin d&#39;été", "Relance"], id="x"
        ),
    ],
)
async def test_the_list_is_searched_filtered_and_sorted(ours, shelf, query, names):
    await shelf.put("Relance", {SENT: 3})
    await shelf.put("Fin d'été", {QUEUED: 4})
    await shelf.put("Été", {SENT: 2})

    assert shown(await ours.get(f"/campaigns?{query}")) == names


async def test_a_long_list_has_pages(ours, shelf):
    for n in range(catalogue.PAGE + 1):
        await shelf.put(f"n° {n}", {SENT: 2})

    first = await ours.get("/campaigns?q=n")
    second = await ours.get("/campaigns?q=n&page=2")

    assert f"1 à {catalogue.PAGE} sur {catalogue.PAGE + 1}" in words(first)
    assert 'href="/campaigns?q=n&amp;page=2"' in first.text
    assert shown(second) == ["n° 0"]


async def test_htmx_gets_the_table_alone(ours, shelf):
    await shelf.put("Relance", {SENT: 2})

    part = await ours.get("/campaigns?q=rel", headers={"HX-Request": "true"})

    assert shown(part) == ["Relance"]
    assert "<html" not in part.text
    assert part.headers["vary"] == "HX-Request"


async def test_nothing_found_leads_back_to_all(ours, shelf):
    await shelf.put("Relance", {SENT: 2})

    assert "Aucune campagne ne correspond." in words(await ours.get("/campaigns?q=zz"))


async def test_a_page_beyond_the_end_is_empty(ours):
    assert (await ours.get("/campaigns?page=99999999999999999999")).status_code == 200


async def test_names_are_text_and_nothing_else(ours, shelf):
    await shelf.put("<script>x</script>", {SENT: 2})

    assert "<script>x" not in (await ours.get("/campaigns")).text


async def test_the_list_speaks_english(new_browser, shelf):
    await shelf.put("Relance", {SENT: 2})
    browser = new_browser(**{"accept-language": "en"})
    await browser.log_in("+33366720307")

    assert "finished success" in words(await browser.get("/campaigns"))
