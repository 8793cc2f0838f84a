"""
Protection, as an operator types it.
"""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from ecofax_gateway.cli.donotfax import read_list
from ecofax_gateway.domain.line import FaxLine
from ecofax_gateway.store import lines


@pytest.fixture
def ecofax(tmp_path, state_store):
    """Run a command on a fresh state folder with one line."""
    config = tmp_path / "config.toml"
    config.write_text(
        f'[gateway]\nstate = "{tmp_path}/state"\n'
        '[trunk]\nname = "t"\nproxy = "built-in"\ncost_per_minute = 0.03\n'
    )

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "ecofax_gateway", *map(str, arguments)],
            env={**os.environ, "ECOFAX_CONFIG": str(config)},
            capture_output=True,
            text=True,
            timeout=60,
        )

    db = state_store()
    line = FaxLine(number="+33366720307", password_hash="$argon2id$x")
    db.sync_tx(lines.add, line, now=datetime.now(UTC))
    db.close()
    return run


def test_a_list_is_exported_as_it_was_imported(ecofax, tmp_path):
    source = tmp_path / "liste.csv"
    source.write_text(
        "numéro;note\n09 72 10 10 10;a\n+33972101011;b\n09721O1012;c\n0972101010;d\n"
    )
    target = tmp_path / "copie.csv"

    read = ecofax("donotfax", "import", source, "--note", "=1+1")
    written = ecofax("donotfax", "export", "-o", target)

    assert read.returncode == 1
    assert read.stdout == "2 added, 0 were on the list, 1 lines left out\n"
    assert "line 4: '09721O1012' contient des lettres" in read.stderr
    assert written.returncode == 0
    content = target.read_bytes()
    assert content.startswith("\ufeffnumber;line;source;date;note".encode())
    assert b"'=1+1" in content
    assert read_list(content) == (["+33972101010", "+33972101011"], [])
    again = ecofax("donotfax", "import", target)
    assert again.stdout == "0 added, 2 were on the list, 0 lines left out\n"
    removed = ecofax("donotfax", "remove", "0972101010", "--note", "revient")
    assert removed.returncode == 0
    assert ecofax("donotfax", "remove", "0972101010").returncode == 1
    ledger = ecofax("donotfax", "ledger").stdout.splitlines()
    assert [line.split()[2] for line in ledger] == ["added", "added", "removed"]


def test_limits_that_are_not_named_stay(ecofax):
    first = ecofax("line", "quota", "0366720307", "--day", "10", "--credit", "7")
    second = ecofax("line", "quota", "0366720307", "--month", "90", "--day", "none")

    assert first.stdout.endswith(": 0 of 10 pages today, 7 prepaid pages left\n")
    assert second.stdout.endswith(": 0 of 90 this month, 7 prepaid pages left\n")
    assert "0 of 90 this month, 7 prepaid pages left" in ecofax("line", "list").stdout
    assert ecofax("line", "quota", "0366720307", "--day", "-1").returncode == 2
    assert ecofax("line", "quota", "0972101010", "--day", "1").returncode == 1


def test_a_preflight_tells_what_a_list_comes_to(ecofax, tmp_path):
    ecofax("donotfax", "add", "0972101011")
    letter = tmp_path / "letter.txt"
    letter.write_text("Bonjour\n")
    numbers = tmp_path / "numbers.txt"
    numbers.write_text(
        "0972101010\n0972101011\n0972101012\n0972101010\nabc1\n0899000000\n"
    )

    told = ecofax("preflight", letter, numbers, "--quality", "normal")

    assert told.returncode == 0, told.stderr
    assert "4 valid, 1 written twice" in told.stdout
    assert "09 72 10 10 10: line 1, 4" in told.stdout
    assert "line 5: 'abc1' contient des lettres" in told.stdout
    assert "1 surtaxed or foreign" in told.stdout
    assert "08 99 00 00 00: line 6" in told.stdout
    assert "1 on a do-not-fax list" in told.stdout
    assert "pages      1 in quality normal" in told.stdout
    assert "calls      2, 2 at a time, 18 s each" in told.stdout
    assert "duration   0 h 00 min 2" in told.stdout
    assert "cost       0.02 by" in told.stdout
    assert ecofax("faxes").stdout == "no fax\n"


def test_a_preflight_of_a_table_names_its_columns(ecofax, tmp_path):
    letter, numbers = tmp_path / "letter.txt", tmp_path / "numbers.csv"
    letter.write_text("Bonjour\n")
    numbers.write_text("Nom;Fax;Ville\nDurand;0972101010;Lille\n")

    told = ecofax("preflight", letter, numbers, "--quality", "normal")

    assert told.returncode == 0, told.stderr
    assert "columns    Nom, Fax, Ville" in told.stdout
    assert "1 valid, 0 written twice" in told.stdout


def test_a_line_is_exported_without_its_password(ecofax, tmp_path):
    target = tmp_path / "line.json"

    told = ecofax("export-line", "0366720307", "-o", target)

    assert told.returncode == 0
    content = json.loads(target.read_text())
    assert content["line"][0]["number"] == "+33366720307"
    assert "argon2" not in target.read_text()
    assert ecofax("export-line", "0972101010", "-o", target).returncode == 1


def test_who_is_not_known_is_told_so(ecofax):
    assert "nothing was known" in ecofax("erase", "0972101010").stdout
    assert "nothing was known" in ecofax("erase", "a@example.net").stdout
    assert ecofax("erase", "nobody").returncode == 1
    assert ecofax("release", "K7M2XQ9D").returncode == 1
