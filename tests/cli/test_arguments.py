"""
What is typed after a command: read, or refused in a sentence.
"""

import argparse
from pathlib import Path

import pytest

from ecofax_gateway.cli.files import read_document, read_file, write_file
from ecofax_gateway.cli.options import add_command, amount, mail_address, whole
from ecofax_gateway.domain.errors import OrderRefused


@pytest.fixture
def parse():
    """Read the words of a command with one argument of no type."""
    parser = argparse.ArgumentParser(exit_on_error=False)
    command = add_command(parser.add_subparsers(), "do", "do it", example="do it")
    command.add_argument("what")

    return lambda *words: parser.parse_args(["do", *words])


@pytest.mark.parametrize("text", ["0", "-1", "11", "1.0", "²", "9" * 30, "", "nan"])
def test_what_is_no_whole_number_of_the_range_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError, match="from 1 to 10"):
        whole(1, 10)(text)


def test_a_whole_number_is_read_up_to_its_limits():
    assert (whole(1, 10)("1"), whole(1, 10)("10")) == (1, 10)


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1e400", "11", "x", ""])
def test_what_no_clock_can_count_is_no_amount(text):
    with pytest.raises(argparse.ArgumentTypeError, match="at most 10"):
        amount(10)(text)


def test_an_amount_may_have_a_fraction():
    assert amount(10)("2.5") == 2.5


@pytest.mark.parametrize(
    "text", ["anne", "@", "anne@", "a b@example.net", "\udcff@x.fr"]
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError, match=r"e\.g\. anne@example"):
        mail_address(text)


@pytest.mark.parametrize("text", ["caf\udce9", "a\nb", "\x1b[31m"])
def test_what_no_page_can_show_is_refused(parse, capsys, text):
    with pytest.raises(SystemExit) as ended:
        parse(text)

    assert ended.value.code == 2
    assert "without control characters" in capsys.readouterr().err


def test_a_word_is_taken_as_it_is(parse):
    assert parse("Été 🎉").what == "Été 🎉"


def test_a_file_that_is_too_large_is_not_read_to_its_end():
    """As a device is, which has none."""
    with pytest.raises(OrderRefused) as refused:
        read_file(Path("/dev/zero"), most=1024**2)

    assert refused.value.for_requester == "/dev/zero: larger than 1 MB"


def test_a_file_that_is_not_there_is_named(tmp_path):
    path = tmp_path / "letter.pdf"

    with pytest.raises(OrderRefused) as refused:
        read_file(path)

    assert refused.value.for_requester == f"{path}: No such file or directory"


def test_a_name_of_an_older_disk_can_be_shown(tmp_path):
    path = tmp_path / b"\xe9t\xe9.txt".decode(errors="surrogateescape")
    path.write_bytes(b"x")

    assert read_document(path) == ("\ufffdt\ufffd.txt", b"x")


def test_a_file_is_written_piece_by_piece(tmp_path):
    path = tmp_path / "report.csv"
    write_file(path, [b"a", b"b"])

    assert path.read_bytes() == b"ab"


@pytest.mark.parametrize("name", ["none/report.csv", "."])
def test_a_file_that_cannot_be_written_is_named(tmp_path, name):
    path = tmp_path / name

    with pytest.raises(OrderRefused) as refused:
        write_file(path, [b"a"])

    assert refused.value.for_requester.startswith(f"{path}: ")
