"""
sipp, an independent SIP stack, as the far end of our calls.
"""

import asyncio
from pathlib import Path

import pytest

from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.engine.protocol import Step

from .program import until
from .scenario import (
    AUDIO,
    T38,
    acknowledges,
    answer,
    answer_invite,
    asks_for_t38,
    expect,
    expect_status,
    hangs_up,
    is_hung_up_on,
    pause,
    picks_up,
    request,
    scenario,
    within,
)


class Steps(list):
    """What is told of a call."""

    async def __call__(self, progress):
        self.append(progress.step)


async def call(sender, sipp, order, paper, **values):
    """One call to sipp: its outcome and its steps; sipp must be content."""
    steps = Steps()
    trunk = sipp.trunk(**values.pop("trunk", {}))
    async with asyncio.timeout(60):
        outcome = await sender.send(order(sipp, paper(), trunk=trunk, **values), steps)
        assert await sipp.verdict() == ""
    return outcome, steps


T38_AND_BYE = asks_for_t38() + pause(300) + hangs_up()

CHALLENGE = (
    'WWW-Authenticate: Digest realm="far", nonce="n-[call_number]",'
    ' algorithm=MD5, qop="{qop}", opaque="o"'
)


def challenged(qop):
    """sipp computes the digest itself, and answers 403 if ours is another."""
    verified = expect("INVITE", "nc=00000001").replace(
        "</action>",
        '<verifyauth assign_to="good" username="gateway" password="secret"/></action>',
    )
    return (
        expect("INVITE")
        + answer(401, "", CHALLENGE.format(qop=qop))
        + expect("ACK")
        + verified.replace("<recv", '<recv next="right" test="good"')
        + answer(403)
        + expect("ACK")
        + '<label id="right"/>'
        + answer(200, AUDIO)
        + expect("ACK")
    )


TWO_RING = picks_up(answer(183, AUDIO, tag="first"), answer(183, tag="second"))

TWO_ANSWER = (
    picks_up()
    + answer_invite(200, AUDIO, tag="second")
    + expect("ACK", "To:.*tag=second")
    + expect("BYE", "To:.*tag=second")
    + within(200)
)
"""RFC 3261 §13.2.2.4: each 2xx has its ACK, and each but one its BYE."""

GLARE = (
    picks_up()
    + expect("INVITE", "m=image")
    + request("INVITE", 1, T38)
    + expect_status(100, optional=True)
    + expect_status(491)
    + acknowledges(1)
    + answer_invite(491)
    + expect("ACK")
    + pause(300)
    + asks_for_t38(2)
    + pause(300)
    + hangs_up()
)
"""Both ask at once: both are refused, and the one whose patience is shorter wins."""

OURS_AFTER_GLARE = (
    picks_up()
    + expect("INVITE", "m=image")
    + answer_invite(491)
    + expect("ACK")
    + expect("INVITE", "m=image")
    + within(200, T38)
    + expect("ACK")
    + pause(300)
    + hangs_up()
)
"""RFC 3261 §14.1: who made the Call-ID comes again after 2.1 to 4 s."""


@pytest.mark.parametrize(
    "played",
    [
        pytest.param(picks_up() + T38_AND_BYE, id="re-invite"),
        pytest.param(
            picks_up(answer(183, AUDIO), pause(200)) + T38_AND_BYE, id="early-media"
        ),
        pytest.param(challenged("auth") + T38_AND_BYE, id="challenge"),
        pytest.param(challenged("auth-int") + T38_AND_BYE, id="challenge-of-the-body"),
        pytest.param(TWO_RING + T38_AND_BYE, id="two-ring"),
        pytest.param(TWO_ANSWER + T38_AND_BYE, id="two-answer"),
        pytest.param(GLARE, id="glare"),
        pytest.param(OURS_AFTER_GLARE, id="ours-after-glare"),
    ],
)
async def test_a_call_becomes_t38(play, sender, order, paper, played):
    sipp = await play(scenario(played))

    outcome, steps = await call(
        sender, sipp, order, paper, trunk={"username": "gateway", "password": "secret"}
    )

    assert outcome.ending is Ending.NOT_A_FAX
    assert outcome.answered
    assert steps[-2:] == [Step.ANSWERED, Step.T38]


async def test_a_late_offer_of_t38_is_followed(play, sender, order, paper):
    """
    After 3 s: a gateway has heard the answering fax by then. We have not asked yet.
    """
    sipp = await play(scenario(picks_up() + pause(3000) + T38_AND_BYE))

    _, steps = await call(sender, sipp, order, paper, trunk={"paced": True})

    assert steps[-1] == Step.T38


async def test_each_200_that_comes_again_is_acknowledged_again(
    play, sender, order, paper
):
    """
    Every fifth ACK is lost on the way to sipp, which says 200 until one comes.
    """
    deaf = (
        expect("INVITE")
        + answer(180)
        + answer(200, AUDIO).replace("<send>", '<send retrans="100">')
        + expect("ACK").replace("<recv", '<recv lost="20"')
    )
    calls, pages = 20, paper()
    sipp = await play(scenario(deaf + T38_AND_BYE), calls=calls)

    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        for _ in range(calls):
            tasks.create_task(
                sender.send(order(sipp, pages, trunk=sipp.trunk(paced=True)), Steps())
            )

    assert await sipp.verdict() == ""


HEEDS_CANCEL = (
    expect("INVITE")
    + answer(180)
    + expect("CANCEL")
    + answer(200)
    + answer_invite(487)
    + expect("ACK")
)

ANSWERED_ALL_THE_SAME = (
    expect("INVITE")
    + answer(180)
    + expect("CANCEL")
    + answer(200)
    + answer_invite(200, AUDIO)
    + expect("ACK")
    + is_hung_up_on()
)

RINGS_LATE = expect("INVITE") + pause(1200) + HEEDS_CANCEL.partition("</recv>\n")[2]
"""RFC 3261 §9.1: no CANCEL before anything provisional came."""

BUSY_ALL_THE_SAME = (
    expect("INVITE")
    + answer(180)
    + expect("CANCEL")
    + answer(200)
    + answer_invite(486)
    + expect("ACK")
)


@pytest.mark.parametrize(
    ("played", "ending"),
    [
        pytest.param(HEEDS_CANCEL, Ending.NO_ANSWER, id="487"),
        pytest.param(ANSWERED_ALL_THE_SAME, Ending.NO_ANSWER, id="200-crosses"),
        pytest.param(RINGS_LATE, Ending.NO_ANSWER, id="rings-late"),
        pytest.param(BUSY_ALL_THE_SAME, Ending.BUSY, id="486-crosses"),
    ],
)
async def test_ringing_has_an_end(play, sender, order, paper, played, ending):
    sipp = await play(scenario(played))

    outcome, steps = await call(sender, sipp, order, paper, ring_timeout_s=0.6)

    assert outcome.ending is ending
    assert not outcome.answered
    assert steps[0] == Step.INVITED
    assert set(steps) <= {Step.INVITED, Step.RINGING}


@pytest.mark.parametrize(
    ("status", "cause", "ending"),
    [
        pytest.param(486, 17, Ending.BUSY, id="busy"),
        pytest.param(404, 1, Ending.NUMBER_UNKNOWN, id="unknown"),
        pytest.param(480, 1, Ending.NUMBER_UNKNOWN, id="the-cause-says-more"),
        pytest.param(603, 21, Ending.REJECTED, id="declined"),
    ],
)
async def test_a_refusal_has_its_ending(
    play, sender, order, paper, status, cause, ending
):
    refusal = answer(status, "", f"Reason: Q.850;cause={cause}")
    sipp = await play(scenario(expect("INVITE"), refusal, expect("ACK")))

    outcome, _ = await call(sender, sipp, order, paper)

    assert outcome.ending is ending
    assert outcome.detail.endswith(f"(Q.850 {cause})")


async def test_a_bye_ends_our_offer(play, sender, order, paper):
    """
    BYE while our re-INVITE waits; its 487 comes after.
    """
    sipp = await play(
        scenario(
            picks_up(),
            expect("INVITE", "m=image"),
            request("BYE", 1),
            expect_status(200),
            answer_invite(487),
            expect("ACK"),
        )
    )

    outcome, steps = await call(sender, sipp, order, paper)

    assert outcome.ending is Ending.NOT_A_FAX
    assert steps[-1] == Step.ANSWERED


RELIABLE = (
    expect("INVITE", "Supported:.*100rel")
    + answer(183, AUDIO, "Require: 100rel", "RSeq: 77")
    + expect("PRACK", "RAck: 77 [0-9]+ INVITE")
    + within(200)
    + answer_invite(200, AUDIO)
    + expect("ACK")
)

TOO_SHORT_A_SESSION = (
    expect("INVITE", "Session-Expires: 1800")
    + answer(422, "", "Min-SE: 3000")
    + expect("ACK")
    + expect("INVITE", "Session-Expires: 3000", "Min-SE: 3000")
    + answer(200, AUDIO)
    + expect("ACK")
)


@pytest.mark.parametrize(
    "played",
    [
        pytest.param(RELIABLE + T38_AND_BYE, id="reliable-183"),
        pytest.param(TOO_SHORT_A_SESSION + T38_AND_BYE, id="session-too-short"),
    ],
)
async def test_extensions_are_spoken(play, sender, order, paper, played):
    sipp = await play(scenario(played))

    _, steps = await call(sender, sipp, order, paper)

    assert steps[-1] == Step.T38


def session(refresher, *headers):
    """Answers with a session of 4 s, in our INVITE and in our offer of T.38."""
    timer = (f"Session-Expires: 4;refresher={refresher}", "Require: timer", *headers)
    return (
        expect("INVITE")
        + answer(200, AUDIO, *timer)
        + expect("ACK")
        + expect("INVITE", "m=image")
        + within(200, T38, *timer)
        + expect("ACK")
    ), timer


def refreshed_by_update():
    begin, timer = session("uac", "Allow: INVITE, ACK, BYE, CANCEL, UPDATE")
    return begin + expect("UPDATE") + within(200, "", *timer) + hangs_up()


def refreshed_by_reinvite():
    begin, timer = session("uac", "Allow: INVITE, ACK, BYE, CANCEL")
    again = expect("INVITE", "m=image") + within(200, T38, *timer) + expect("ACK")
    return begin + again + hangs_up()


def never_refreshed():
    return session("uas")[0] + is_hung_up_on()


async def test_sessions_have_timers(play, sender, order, paper):
    """
    All at once: we refresh by UPDATE, by re-INVITE, and end what nobody refreshes.
    """
    plays = [refreshed_by_update(), refreshed_by_reinvite(), never_refreshed()]
    sipps = [await play(scenario(played)) for played in plays]
    pages = paper()

    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        calls = [
            tasks.create_task(sender.send(order(sipp, pages), Steps()))
            for sipp in sipps
        ]

    assert [await sipp.verdict() for sipp in sipps] == ["", "", ""]
    assert [call.result().ending for call in calls] == [Ending.NOT_A_FAX] * 3
    assert calls[0].result().duration_s < 4
    assert calls[2].result().duration_s > 2


REFUSES_T38 = (
    picks_up()
    + expect("INVITE", "m=image")
    + within(488)
    + expect("ACK")
    + pause(500)
    + hangs_up()
)

DIRECTLY_REFUSED = (
    expect("INVITE", "m=image")
    .replace('check_it="true"', 'check_it="false"')
    .replace("<recv", '<recv next="refused" test="match0"')
    + answer(200, AUDIO)
    + expect("ACK")
    + asks_for_t38()
    + pause(300)
    + hangs_up().replace("<recv", '<recv next="over"')
    + '<label id="refused"/>'
    + answer(488)
    + expect("ACK")
    + '<label id="over"/>'
)
"""Two calls for sipp: the second INVITE has a Call-ID of its own. Who refuses
T.38 there may ask for it once it has heard a fax."""


async def test_t38_refused_becomes_audio_in_the_same_call(play, sender, order, paper):
    sipp = await play(scenario(REFUSES_T38))

    outcome, steps = await call(sender, sipp, order, paper)

    assert outcome.ending is Ending.NOT_A_FAX
    assert steps[-2:] == [Step.ANSWERED, Step.AUDIO]


async def test_t38_refused_in_the_invite_is_asked_for_audio(play, sender, order, paper):
    sipp = await play(scenario(DIRECTLY_REFUSED), calls=2)

    outcome, steps = await call(sender, sipp, order, paper, direct_t38=True)

    assert outcome.ending is Ending.NOT_A_FAX
    assert steps[-2:] == [Step.ANSWERED, Step.T38]


def open_files(pid):
    return len(list(Path("/proc", str(pid), "fd").iterdir()))


async def test_two_hundred_calls_leave_nothing_behind(play, sender, order, paper):
    """
    Fifty a second, each through T.38 and BYE.
    """
    calls, pages = 200, paper()
    sipp = await play(scenario(picks_up() + T38_AND_BYE), calls=calls)
    files = open_files(sender.engine_pid)

    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        sendings = []
        for _ in range(calls):
            # Paced: on a busy machine sipp's own offer may come late, and ours would
            # cross it.
            call = order(sipp, pages, trunk=sipp.trunk(paced=True))
            sendings.append(tasks.create_task(sender.send(call, Steps())))
            await asyncio.sleep(1 / 50)

    assert {task.result().ending for task in sendings} == {Ending.NOT_A_FAX}
    assert await sipp.verdict() == ""
    await until(
        lambda: open_files(sender.engine_pid) == files, what="the last socket to close"
    )
