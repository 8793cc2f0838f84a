"""
Several nodes on one PostgreSQL: roles, names, and what becomes of a dead one's work.
"""

import signal
import smtplib
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, text

from ecofax_gateway.domain.line import FaxLine
from ecofax_gateway.password import hash_password
from ecofax_gateway.store import faxes, lines
from ecofax_gateway.store.database import Database

from ..end_to_end.conftest import PASSWORD, SENDER, Program, write_mail
from .chaos import CONFIG
from .test_chaos import a_page

NUMBER = "0972101010"
SILENT_AFTER = 4


class Nodes:
    """
    Nodes of one database.
    """

    def __init__(self, folder, url, far_end):
        self._folder, self._url, self._port = folder, url, far_end.port
        self.started = []
        self.replies = folder / "replies"

    def start(self, name, *options, home=None):
        config = self._folder / f"{home or name}.toml"
        config.write_text(
            CONFIG.format(
                name=name,
                state=self._folder / (home or name),
                silent_after=SILENT_AFTER,
                lost_call=5,
                url=self._url,
                replies=self.replies,
                port=self._port,
                channels=4,
            )
        )
        program = Program("ecofax_gateway", "run", "--config", str(config), *options)
        self.started.append(program)
        return program

    def take_in(self, program):
        """
        Hand a mail in at a node; the order's reference.
        """
        port = int(program.wait_for(r"mail in +\S+:(\d+),")[1])
        mail = write_mail(attached=[("page.png", a_page())])
        with smtplib.SMTP("127.0.0.1", port, timeout=60) as session:
            session.ehlo("cabinet.example")
            session.mail(SENDER)
            session.rcpt(f"{NUMBER}@ecofax.fr")
            code, answer = session.data(mail.as_bytes())
        assert code == 250
        return answer.decode().rsplit(" ", 1)[-1]


@pytest.fixture
def make_nodes(tmp_path, cluster):
    """
    Nodes that call a given far end; they end with the test.
    """
    made = []

    def make(far_end):
        url = cluster.url(cluster.new())
        db = Database.open(url, spool=tmp_path / "none")
        line = FaxLine(number="+33366720307", password_hash=hash_password(PASSWORD))
        db.sync_tx(lines.add, line, now=datetime.now(UTC))
        db.close()
        made.append(Nodes(tmp_path, url, far_end))
        made[-1].url = url
        return made[-1]

    yield make

    for nodes in made:
        for program in nodes.started:
            program.stop()


def test_each_role_on_its_own_node(fax_machine, make_nodes, tmp_path):
    """
    No file is shared but the replies' folder; large contents are in the database.
    """
    far_end = fax_machine()
    nodes = make_nodes(far_end)
    post = nodes.start("porter", "--roles=smtp")
    for role in ("prepare", "transmit"):
        nodes.start(role, f"--roles={role}")
    answering = nodes.start("postman", "--roles=answer")

    nodes.take_in(post)

    answering.wait_for("reply posted: accepted")
    answering.wait_for("reply posted: sent")
    assert far_end.calls(NUMBER) == 1
    assert not any((tmp_path / "porter/incoming").iterdir())
    assert not list(tmp_path.glob("*/spool/*"))


def test_a_dead_nodes_call_is_told_by_another(fax_machine, make_nodes):
    far_end = fax_machine(f"--number={NUMBER}=no-answer")
    nodes = make_nodes(far_end)
    first = nodes.start("first")
    ref = nodes.take_in(first)
    far_end.program.wait_for('"event": "call"')
    second = nodes.start("second")
    second.wait_for("ready")

    first.kill()

    second.wait_for("node first is silent: its work is taken over, 1 calls unknown")
    second.wait_for("reply posted: unknown")
    db = Database.open(nodes.url, spool=nodes.replies)
    assert db.sync_read(faxes.listing, campaign_ref=ref)[0].state == "unknown"
    db.close()
    assert far_end.calls(NUMBER) == 1


def test_a_node_that_slept_too_long_stops_itself(fax_machine, make_nodes):
    nodes = make_nodes(fax_machine())
    first, second = nodes.start("first"), nodes.start("second")
    for each in (first, second):
        each.wait_for("ready")

    first._process.send_signal(signal.SIGSTOP)
    second.wait_for("node first is silent")
    first._process.send_signal(signal.SIGCONT)

    first.wait_for("was declared dead")
    assert first._process.wait(timeout=60) == 75


def test_a_name_that_is_in_use_is_refused(fax_machine, make_nodes):
    nodes = make_nodes(fax_machine())
    nodes.start("first").wait_for("ready")

    other = nodes.start("first", home="elsewhere")

    other.wait_for('another daemon runs as "first" on this database')
    assert other._process.wait(timeout=60) == 2


def test_a_name_whose_owner_died_elsewhere_is_free_after_a_while(
    fax_machine, make_nodes
):
    nodes = make_nodes(fax_machine())
    first = nodes.start("first")
    first.wait_for("ready")
    first.kill()

    other = nodes.start("first", home="elsewhere")

    other.wait_for("node first, life 2")
    other.wait_for("ready")


def test_a_store_from_the_future_is_refused(fax_machine, make_nodes):
    nodes = make_nodes(fax_machine())
    engine = create_engine(nodes.url)
    with engine.begin() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()

    program = nodes.start("first")

    program.wait_for("the database has schema 9999, .*: a newer version has used it")
    # Not tried again by systemd: RestartPreventExitStatus=2.
    assert program._process.wait(timeout=60) == 2


def test_an_unknown_role_is_named(fax_machine, make_nodes):
    program = make_nodes(fax_machine()).start("first", "--roles=smtp,fly")

    program.wait_for("'fly' is not a valid Role; choose of smtp, prepare")
    assert program._process.wait(timeout=60) == 2
