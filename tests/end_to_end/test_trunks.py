"""
Several trunks, each a fax machine of its own.
"""

import json
import subprocess
from datetime import timedelta

from bench.ports import free_port
from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.store import faxes
from ecofax_gateway.store.faxes import Attempt

from .conftest import NO_OFFICE, QUOTE, Gateway, write_mail

NUMBER = "0972101010"
PARIS, LYON = "0145678901", "0472101010"


def trunk(name: str, port: int, *more: str) -> str:
    lines = [
        "[[trunk]]",
        f'name = "{name}"',
        f'proxy = "127.0.0.1:{port}"',
        "paced = false",
        *more,
    ]
    return "\n".join(lines) + "\n"


def attempts(gateway: Gateway, ref: str) -> list[Attempt]:
    db = gateway.store()
    try:
        return db.sync_read(faxes.attempts, ref)
    finally:
        db.close()


def told(gateway: Gateway) -> dict[str, dict]:
    shown = gateway.command("trunks", "--json").stdout
    return {each["name"]: each for each in json.loads(shown)}


def send(gateway: Gateway, number: str) -> subprocess.CompletedProcess[str]:
    return gateway.command("send", number, str(QUOTE), "--wait")


def test_another_trunk_takes_the_fax_that_the_first_refuses(fax_machine, gateway):
    refusing, good = fax_machine("--behave=overloaded"), fax_machine()
    gate = gateway(
        more=NO_OFFICE,
        trunks=trunk("cheap", refusing.port, "cost_per_minute = 0.01")
        + trunk("sure", good.port, "cost_per_minute = 0.05"),
    )

    ref = gate.hand_in(write_mail(), f"{NUMBER}@ecofax.fr")
    text = gate.reply("sent")

    first, second = attempts(gate, ref)
    assert (first.trunk, first.ending) == ("cheap", "trunk-fault")
    assert (second.trunk, second.ending) == ("sure", "delivered")
    assert "503" in first.detail
    assert (refusing.calls(), good.calls()) == (1, 1)
    assert len(good.received()) == 1
    # At once: neither the retry's delay nor a look at the queue lies between.
    assert second.claimed_at - first.ended_at < timedelta(seconds=2)
    assert "panne" not in text
    shown = told(gate)
    assert (shown["cheap"]["calls_today"], shown["cheap"]["failures_today"]) == (1, 1)
    assert (shown["sure"]["calls_today"], shown["sure"]["delivered_today"]) == (1, 1)


def test_a_dead_trunk_is_found_and_used_again_when_it_lives(fax_machine, gateway):
    port, good = free_port(), fax_machine()
    gate = gateway(
        more=NO_OFFICE,
        trunks=trunk("cheap", port, "ping_seconds = 0.5", "cost_per_minute = 0.01")
        + trunk("sure", good.port, "ping_seconds = 0.5", "cost_per_minute = 0.05"),
    )

    gate.daemon.wait_for("trunk cheap: down")
    gate.daemon.wait_for("trunk sure: up")
    dead = gate.command("trunks")
    ref = gate.hand_in(write_mail(), f"{NUMBER}@ecofax.fr")
    gate.reply("sent")
    (only,) = attempts(gate, ref)
    back = fax_machine(f"--port={port}")
    gate.daemon.wait_for("trunk cheap: up")
    alive = gate.command("trunks")
    order = send(gate, "0972101011")

    assert dead.returncode == 1
    assert "cheap            down" in dead.stdout
    assert only.trunk == "sure", "nobody waited for the dead one"
    assert (alive.returncode, order.returncode) == (0, 0), order.stderr
    assert len(back.received()) == 1


def test_prefixes_lead_to_their_trunk_and_its_patience_counts(fax_machine, gateway):
    north, south = fax_machine("--behave=busy*1"), fax_machine("--behave=busy*1")
    gate = gateway(
        more=NO_OFFICE,
        trunks=trunk("north", north.port, 'prefixes = ["+331"]')
        + trunk(
            "south", south.port, 'prefixes = ["+334"]', "[trunk.retry]", "busy = 900"
        ),
    )
    other = gate.hand_in(write_mail(), f"{LYON}@ecofax.fr")
    gate.daemon.wait_for("scheduled: busy")
    ref = gate.hand_in(write_mail(), f"{PARIS}@ecofax.fr")
    gate.reply("sent")
    waiting = gate.fax(other)

    assert [each.trunk for each in attempts(gate, ref)] == ["north", "north"]
    assert [each.trunk for each in attempts(gate, other)] == ["south"]
    assert (north.calls(), south.calls()) == (2, 1)
    assert waiting.state is FaxState.SCHEDULED
    assert waiting.due_at - waiting.updated_at > timedelta(seconds=400)


def test_a_number_that_no_trunk_serves_is_refused_in_words(fax_machine, gateway):
    far_end = fax_machine()
    gate = gateway(
        more=NO_OFFICE, trunks=trunk("south", far_end.port, 'prefixes = ["+334"]')
    )

    gate.hand_in(write_mail(), f"{PARIS}@ecofax.fr")
    text = gate.reply("refused")

    assert "ne peut pas appeler 01 45 67 89 01" in text
    assert far_end.calls() == 0


def overlap(calls: list[Attempt]) -> int:
    """The most of them at the same time."""
    return max(
        sum(other.started_at <= call.started_at < other.ended_at for other in calls)
        for call in calls
    )


def test_each_trunk_keeps_to_its_channels(fax_machine, gateway):
    one, two = fax_machine(), fax_machine()
    gate = gateway(
        more=NO_OFFICE,
        trunks=trunk("one", one.port, "channels = 1", 'prefixes = ["+331"]')
        + trunk("two", two.port, "channels = 2", 'prefixes = ["+334"]'),
        max_calls=10,
    )
    numbers = [f"014567890{n}" for n in range(4)] + [f"047210101{n}" for n in range(6)]

    ref = gate.hand_in(write_mail(), *(f"{number}@ecofax.fr" for number in numbers))
    gate.reply("report")

    by_trunk: dict[str, list[Attempt]] = {"one": [], "two": []}
    for place in range(1, 11):
        (call,) = attempts(gate, f"{ref}-{place}")
        by_trunk[call.trunk].append(call)
    assert (len(by_trunk["one"]), len(by_trunk["two"])) == (4, 6)
    assert (overlap(by_trunk["one"]), overlap(by_trunk["two"])) == (1, 2)
    assert (len(one.received()), len(two.received())) == (4, 6)


def test_calls_begin_at_the_pace_of_their_trunk(fax_machine, gateway):
    far_end = fax_machine()
    gate = gateway(
        more=NO_OFFICE,
        trunks=trunk("one", far_end.port, "channels = 9", "calls_per_second = 3"),
        max_calls=9,
    )
    numbers = [f"047210101{n}" for n in range(7)]

    ref = gate.hand_in(write_mail(), *(f"{number}@ecofax.fr" for number in numbers))
    gate.reply("report")

    calls = [attempts(gate, f"{ref}-{place}")[0] for place in range(1, 8)]
    first = min(call.claimed_at for call in calls)
    started = sorted(call.started_at for call in calls)
    assert all(
        at >= first + n * timedelta(seconds=1 / 3) for n, at in enumerate(started)
    )


def test_an_operator_pauses_a_trunk_and_lets_it_go_on(fax_machine, gateway):
    cheap, sure = fax_machine(), fax_machine()
    gate = gateway(
        more=NO_OFFICE,
        trunks=trunk("cheap", cheap.port, "cost_per_minute = 0.01")
        + trunk("sure", sure.port, "cost_per_minute = 0.05"),
    )

    paused = gate.command("trunks", "pause", "cheap")
    send(gate, "0972101011")
    during = (len(cheap.received()), len(sure.received()), told(gate)["cheap"]["state"])
    gate.command("trunks", "resume", "cheap")
    send(gate, "0972101012")
    nobody = gate.command("trunks", "pause", "nobody")

    assert paused.stdout == "trunk cheap: paused\n"
    assert during == (0, 1, "paused")
    assert (len(cheap.received()), len(sure.received())) == (1, 1)
    assert nobody.returncode == 1
    assert "there are cheap, sure" in nobody.stderr


def test_a_fax_that_fails_in_t38_goes_as_sound_and_that_is_remembered(
    fax_machine, gateway
):
    """Two machines met and failed, twice: the third call offers no T.38."""
    far_end = fax_machine("--behave=hang-up:1*2")
    gate = gateway(more=NO_OFFICE, trunks=trunk("one", far_end.port))

    ref = gate.hand_in(write_mail(), f"{NUMBER}@ecofax.fr")
    gate.reply("sent")
    calls = attempts(gate, ref)
    known = gate.command("number", "show", NUMBER).stdout

    assert [each.ending for each in calls] == ["cut-off", "cut-off", "delivered"]
    assert [each.journal["media"][:5] for each in calls] == ["T.38 ", "T.38 ", "G.711"]
    assert "mode         audio" in known
