"""
`ecofax-gateway campaign ...`, as an operator types it. No gateway runs beside.
"""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ecofax_gateway.domain.line import FaxLine
from ecofax_gateway.store import campaigns, faxes, lines, recipient_choices
from ecofax_gateway.store.recipient_choices import Choice

DOCUMENT = Path(__file__).parents[2] / "ecofax_gateway/cli/documents/devis.pdf"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
ACTIONS = [
    "create",
    "edit",
    "launch",
    "schedule",
    "pause",
    "resume",
    "stop",
    "cancel-number",
    "resend",
    "copy",
    "proof",
    "delete",
    "list",
    "show",
    "report",
]


@pytest.fixture
def ecofax(tmp_path, state_store):
    """Run a command on a state folder with one line."""
    config = tmp_path / "config.toml"
    config.write_text(
        f'[gateway]\nstate = "{tmp_path}/state"\n'
        '[trunk]\nname = "t"\nproxy = "built-in"\n'
    )

    db = state_store()
    line = FaxLine(number="+33366720307", password_hash="x")
    db.sync_tx(lines.add, line, now=datetime.now(UTC))

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "ecofax_gateway", *arguments],
            env={**os.environ, "ECOFAX_CONFIG": str(config)},
            capture_output=True,
            text=True,
            timeout=120,
        )

    run.db = db
    run.campaigns = lambda: db.sync_read(campaigns.listing)

    yield run

    db.close()


@pytest.fixture
def create(ecofax, tmp_path):
    """Create a draft; its reference and what was printed."""

    def run(listed, *options):
        path = tmp_path / "list.txt"
        path.write_text(listed)
        done = ecofax(
            "campaign", "create", str(DOCUMENT), "--numbers", str(path), *options
        )
        found = re.search(r"^(\w{8}): draft", done.stdout, re.MULTILINE)
        return found and found[1], done

    return run


def said(done):
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_action_has_help_with_an_example(help_of):
    listed = help_of("campaign")

    for action in ACTIONS:
        shown = help_of("campaign", action)
        assert f"Example: ecofax-gateway campaign {action}" in shown
        assert f"    {action}" in listed


def test_a_draft_of_lists_follows_what_is_changed(ecofax, create, tmp_path):
    """Its numbers are taken anew for a line or a quality, and not for numbers typed."""
    ref, _ = create("0972101010\n")
    other = FaxLine(number="+33366720308", password_hash="x")
    ecofax.db.sync_tx(lines.add, other, now=datetime.now(UTC))
    path = tmp_path / "other.txt"
    path.write_text("0972101927\n")

    def edited(*options):
        settled = Choice(lists=())
        ecofax.db.sync_tx(recipient_choices.put, ref, settled, now=LONG_AGO)
        told = said(ecofax("campaign", "edit", ref, *options))
        return told, ecofax.db.sync_read(recipient_choices.get, ref)

    assert edited("--name", "Voeux")[1].updated_at == LONG_AGO
    assert edited("--line", "0366720308")[1].updated_at > LONG_AGO
    assert edited("--quality", "best")[1].updated_at > LONG_AGO
    assert edited("--numbers", str(path)) == (
        f"{ref}: changed; its lists do not count any more\n",
        None,
    )
    (fax,) = ecofax.db.sync_read(faxes.listing, campaign_ref=ref)
    assert fax.number == "+33972101927"


def test_another_quality_is_refused_for_numbers_that_need_the_best(ecofax, create):
    ref, _ = create("0899700000\n", "--quality", "best")
    refused = ecofax("campaign", "edit", ref, "--quality", "normal")

    assert refused.returncode == 1
    assert "demandent la qualité meilleure" in refused.stderr


def test_a_draft_from_its_list_to_its_end(ecofax, create):
    ref, made = create(
        "0972101010\n0972101927\n0972101010\nposte 12\n0899700000\n",
        "--name", "Voeux", "--pace", "30", "--canary", "2:10",
        "--days", "1-5", "--hours", "09:00-18:00", "--country", "FR",
    )  # fmt: skip
    shown = said(ecofax("campaign", "show", ref))
    edited = ecofax(
        "campaign", "edit", ref, "--quality", "best", "--no-canary", "--no-pace"
    )
    reshown = said(ecofax("campaign", "show", ref))
    planned = said(ecofax("campaign", "schedule", ref, "21-06-2027 15:15"))
    listed = said(ecofax("campaign", "list"))
    one = said(ecofax("campaign", "cancel-number", ref, "0972101927"))
    stopped = said(ecofax("campaign", "stop", ref))
    over = said(ecofax("campaign", "list"))
    said(ecofax("campaign", "delete", ref))

    assert "line 4: 'poste 12' contient des lettres" in made.stdout
    assert "1 numbers there twice" in made.stdout
    assert "1 surtaxed or foreign numbers left out, e.g. 08 99 70 00 00" in made.stdout
    assert "brouillon, result N/A" in shown
    assert "days 1,2,3,4,5, 09:00-18:00, not on holidays of FR" in shown
    assert "pace 30 calls a minute" in shown
    assert "canary 2 numbers, stops above 10 % failed" in shown
    assert edited.returncode == 0
    assert "best" in reshown
    assert "pace" not in reshown
    assert "canary" not in reshown
    assert "launched for 2027-06-21 15:15, 2 numbers" in planned
    assert re.search(rf"{ref} .* prête .* Voeux", listed)
    assert "1 faxes cancelled" in one
    assert "1 faxes cancelled" in stopped
    assert "terminée" in over
    assert said(ecofax("campaign", "list")).strip() == "no campaign"


def test_pause_resume_copy_and_report(ecofax, create, tmp_path):
    ref, _ = create("0972101010\n0972101927\n", "--launch")
    said(ecofax("campaign", "pause", ref))
    paused = said(ecofax("campaign", "list"))
    said(ecofax("campaign", "resume", ref))
    copy = said(ecofax("campaign", "copy", ref))
    for name in ("r.csv", "r.pdf"):
        said(ecofax("campaign", "report", ref, "-o", str(tmp_path / name)))
    programs = ("-o", str(tmp_path / "p.csv"), "--rfc4180")
    said(ecofax("campaign", "report", ref, *programs))

    assert "en pause" in paused
    assert re.match(r"\w{8}: draft, 2 numbers", copy)
    table = (tmp_path / "r.csv").read_bytes()
    assert table.startswith(b"\xef\xbb\xbf")
    assert "09 72 10 10 10;en attente;" in table.decode("utf-8-sig")
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF-")
    assert "+33972101010,en attente," in (tmp_path / "p.csv").read_text()


def test_a_list_may_be_longer_than_a_mails(ecofax, create):
    listed = "\n".join(f"0972{n:06d}" for n in range(12_000))

    ref, made = create(listed)

    assert f"{ref}: draft, 12000 numbers" in made.stdout
    assert "12000/12000 numbers" in made.stderr
    assert "0/12000 ended: 12000 waiting" in said(ecofax("campaign", "show", ref))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param(["--canary", "20"], "N:PERCENT", id="canary"),
        pytest.param(["--canary", "0:10"], "N:PERCENT", id="canary-of-none"),
        pytest.param(["--days", "8"], "--days 1-5", id="days"),
        pytest.param(["--hours", "morning"], "--hours 09:00", id="hours"),
        pytest.param(["--country", "XX"], "--country FR", id="country"),
        pytest.param(["--at", "demain"], "", id="time"),
        pytest.param(["--pace", "0"], "cadence", id="pace"),
        pytest.param(["--spread", "-1"], "étalement", id="spread"),
        pytest.param(["--line", "0366720399"], "there is no line", id="line"),
    ],
)
def test_a_wrong_option_is_one_line_and_leaves_nothing(ecofax, create, options, words):
    _, refused = create("0972101010\n", *options)

    assert refused.returncode == 1
    assert words in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert ecofax.campaigns() == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["launch", "NOSUCH00"], "Il n'y a pas de campagne NOSUCH00"),
        (["show", "NOSUCH00"], "Il n'y a pas de campagne NOSUCH00"),
        (["report", "NOSUCH00", "-o", "x.txt"], "end its name in .csv or .pdf"),
        (["schedule", "NOSUCH00", "demain"], "demain"),
    ],
)
def test_a_mistake_says_what_to_do(ecofax, words, told):
    refused = ecofax("campaign", *words)

    assert refused.returncode == 1
    assert told in refused.stderr


def test_a_list_without_a_number_is_no_campaign(ecofax, create):
    _, refused = create("poste 12\n")

    assert refused.returncode == 1
    assert "there is no fax number in it" in refused.stderr
