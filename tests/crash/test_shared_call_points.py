"""
SIGKILL at every kind of commit of a call that carries two faxes.
"""

import concurrent.futures
import json
import logging
import queue
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from converters import tiff_f
from converters.sheet import ROWS
from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.order import Requester, Source
from ecofax_gateway.store import campaigns, faxes, lines, preparation
from ecofax_gateway.store.content import Content

from ..end_to_end.conftest import SENDER
from .test_commit_points import build
from .test_commit_points_postgres import points_of

logger = logging.getLogger(__name__)

NUMBER = "+33972101010"
LINE = "+33366720307"
REFS = ("FAX22222", "FAX33333")
WORKERS = 2


def put_orders(house):
    """
    Two faxes of one page to one number, whose pages are made, on a line that combines.
    """
    now = datetime.now(UTC)
    db = house.store()
    line = db.sync_read(lines.get, LINE)
    db.sync_tx(lines.change, line, replace(line, combine=True), now=now)
    page = np.zeros((ROWS[98], 1728), dtype=bool)
    page[500:600, 200:400] = True
    tiff = Content.of(tiff_f.encode([page], vertical_dpi=98))
    for ref in REFS:
        document = Content.of(ref.encode())
        new = campaigns.NewCampaign(
            ref=ref,
            line=LINE,
            trunk="test",
            source=Source.COMMAND,
            requester=Requester(address=SENDER),
            quality=Quality.NORMAL,
            documents=(campaigns.NewDocument(name="a.pdf", content=document),),
            numbers=(NUMBER,),
        )
        db.sync_tx(campaigns.create, new, now=now)
        db.sync_tx(
            preparation.rendered,
            document.sha256,
            98,
            tiff,
            count=1,
            warnings=(),
            now=now,
        )
    for ref in REFS:
        db.sync_tx(preparation.release, ref, page_count=1, now=now)
    db.close()


def live_to_the_end(house):
    """
    Whether both were answered in this life.
    """
    try:
        for ref in REFS:
            house.daemon.wait_for(rf"{ref}\] reply posted: (sent|unknown)")
    except AssertionError:
        return False
    return True


def are_over(house):
    db = house.store()
    try:
        return all(db.sync_read(campaigns.get, ref).finished_at for ref in REFS)
    finally:
        db.close()


def run_to(house, far_end, mark, when):
    """
    Kill at that point, start again; states, calls, pages that the machine confirmed.
    """
    put_orders(house)
    before = len(far_end.events)
    try:
        if house.begin("killer", mark, when) and live_to_the_end(house):
            return None
        house.daemon.kill()
        assert house.begin("ecofax_gateway"), house.daemon.output
        # What was answered before the kill is not answered again.
        house.daemon.wait_for("ready")
        while not are_over(house):
            assert live_to_the_end(house) or are_over(house), house.daemon.output
    finally:
        house.daemon.stop()
    events = far_end.events[before:]
    db = house.store()
    states = [str(db.sync_read(faxes.get, ref).state) for ref in REFS]
    db.close()
    return {
        "states": states,
        "calls": sum(event["event"] == "call" for event in events),
        "pages": sum(e["pages"] for e in events if e["event"] == "fax"),
    }


def of_faxes(line):
    """
    Those of a commit's marks that are of faxes and their calls.
    """
    return " ".join(m for m in line.split() if m.split("-")[1] in ("fax", "attempt"))


def wrongs(found):
    """
    What must never be, whatever the point.
    """
    wrong = []
    if found["calls"] > 1:
        wrong.append("called twice")
    if not set(found["states"]) <= {"sent", "unknown"}:
        wrong.append("neither sent nor unknown")
    if found["states"].count("sent") > found["pages"]:
        wrong.append("sent, and not received")
    if found["states"] == ["unknown", "sent"]:
        wrong.append("the second arrived before the first")
    return wrong


def test_killed_at_every_kind_of_commit_of_a_shared_call(
    tmp_path, fax_machine, killer_on_path
):
    far_ends = [fax_machine() for _ in range(WORKERS)]
    house = build(tmp_path / "recorded", far_ends[0])
    put_orders(house)
    file = tmp_path / "commits"
    assert house.begin("killer", "record", str(file))
    assert live_to_the_end(house)
    house.daemon.stop()
    assert far_ends[0].calls() == 1
    marks = points_of("\n".join(map(of_faxes, file.read_text().splitlines())))
    todo, found = queue.SimpleQueue(), {}
    for mark in marks:
        for when in ("before", "after"):
            todo.put((mark, when))

    def keep_house(far_end):
        while not todo.empty():
            try:
                mark, when = todo.get_nowait()
            except queue.Empty:
                return
            house = build(tmp_path / f"{mark}-{when}", far_end)
            found[mark, when] = run_to(house, far_end, mark, when)

    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        houses = [pool.submit(keep_house, far_end) for far_end in far_ends]
    for each in houses:
        each.result()

    for point, outcome in found.items():
        logger.info("%s %s: %s", *point, json.dumps(outcome))
    killed = {point: each for point, each in found.items() if each is not None}
    assert {p: wrongs(each) for p, each in killed.items() if wrongs(each)} == {}
    # At least claim, intent and outcome, on both sides.
    assert len(killed) >= 6
    assert any("unknown" in each["states"] for each in killed.values())
    assert any(each["states"] == ["sent", "sent"] for each in killed.values())
