"""
« Crédits »: limits, use, and the last days.
"""

import re

from ecofax_gateway.domain.quota import Quota
from ecofax_gateway.store import quotas
from tests.console.office import BUSY, DELIVERED
from tests.site import OURS, THEIRS


async def test_a_line_sees_what_it_used_of_its_limits(ours, office, desk):
    await desk.db.tx(quotas.put, OURS, Quota(pages_per_day=100, credit=50))
    await office.called(DELIVERED)

    shown = re.sub(r"<[^>]+>|\s+", " ", (await ours.get("/credits")).text)

    assert re.search(r"Pages aujourd&#39;hui\s+2 sur 100", shown)
    assert re.search(r"Pages ce mois-ci\s+sans limite", shown)
    assert "48 pages" in shown


async def test_the_last_days_are_counted_by_the_day_of_the_call(
    ours, office, site_clock
):
    site_clock.forward(days=-1)
    await office.called(DELIVERED)
    site_clock.forward(days=1)
    await office.called(BUSY, number="+33972101011")

    shown = (await ours.get("/credits")).text

    assert "2 pages confirmées en 30 jours" in shown
    assert shown.count('<rect class="tone-ok"') == 1
    assert re.search(r"22/11/2026</th><td[^>]*>1</td><td[^>]*>2</td>", shown)
    assert re.search(r"23/11/2026</th><td[^>]*>0</td><td[^>]*>0</td>", shown)


async def test_a_line_sees_its_own_account_whatever_it_asks_for(ours):
    shown = (await ours.get("/credits", params={"line": THEIRS})).text

    assert "0366720307" in shown
    assert "0366720308" not in shown


async def test_an_operator_sees_those_of_all_lines(marie):
    shown = (await marie.get("/credits")).text

    assert "0366720307" in shown
    assert "0366720308" in shown
    assert (await marie.get("/credits", params={"line": OURS})).status_code == 200
    assert (await marie.get("/credits", params={"line": "+1"})).status_code == 404
