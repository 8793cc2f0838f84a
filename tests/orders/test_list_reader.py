"""
The process that reads lists, with lists that mean harm.
"""

from pathlib import Path

import pytest

from ecofax_gateway.domain.errors import OrderRefused
from ecofax_gateway.orders.list_reader import Batch, Head, ListLimits, ListReader, Total

CORPUS = (Path(__file__).parents[2] / "../shared/corpus").resolve()


@pytest.fixture
def reader(tmp_path):
    return ListReader(folder=tmp_path)


async def read(reader, content, *, column=None):
    return [piece async for piece in reader.read(content, column=column)]


async def test_a_list_comes_as_its_head_its_recipients_and_its_total(reader, tmp_path):
    content = b"nom;fax\nAnne;0972101010\nPaul;rien\nAnne;0972101010"

    head, batch, total = await read(reader, content)

    assert head == Head(
        ("nom", "fax"),
        1,
        (("Anne", "0972101010"), ("Paul", "rien"), ("Anne", "0972101010")),
    )
    [anne] = batch.recipients
    assert (anne.number, anne.fields["nom"]) == ("+33972101010", "Anne")
    assert (total.entries, total.valid, total.duplicates, total.invalid) == (3, 1, 1, 1)
    assert total.faults[0].text == "rien"
    assert list(tmp_path.iterdir()) == []


async def test_a_long_list_comes_in_batches(reader):
    rows = [f"0{145000000 + n};Nom {n}" for n in range(12_000)]

    pieces = await read(reader, "\n".join(["fax;nom", *rows]).encode())

    assert isinstance(pieces[0], Head)
    batches = [piece for piece in pieces if isinstance(piece, Batch)]
    assert [len(batch.recipients) for batch in batches] == [5000, 5000, 2000]
    assert isinstance(pieces[-1], Total)


async def test_an_empty_list_is_refused(reader):
    with pytest.raises(OrderRefused) as refused:
        await read(reader, b"\n\n")

    assert refused.value.code == "list-empty"


async def test_a_sheet_that_asks_for_all_memory_ends_only_its_reader(reader):
    content = (CORPUS / "documents/xlsx/x-bigformatted.xlsx").read_bytes()

    with pytest.raises(OrderRefused) as refused:
        await read(reader, content)

    assert refused.value.code == "list-defect"


async def test_a_list_that_takes_too_much_cpu_is_given_up(tmp_path):
    reader = ListReader(folder=tmp_path, limits=ListLimits(cpu_seconds=1))
    # Each line could be cut into numbers in many ways, and all are tried.
    content = b"\n".join(b"01 45 00 00 00 " * 4 for _ in range(100_000))

    with pytest.raises(OrderRefused) as refused:
        await read(reader, content)

    assert refused.value.code == "list-too-slow"


async def test_who_stops_listening_ends_the_process(reader, tmp_path):
    rows = "\n".join(f"0{145000000 + n}" for n in range(40_000)).encode()
    pieces = reader.read(rows, column=None)

    assert isinstance(await anext(pieces), Head)
    await pieces.aclose()

    assert list(tmp_path.iterdir()) == []
