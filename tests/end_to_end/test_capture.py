"""
An operator has calls captured, looks at one, and a recipient wants to be forgotten.
"""

import json
from pathlib import Path

QUOTE = Path(__file__).parents[2] / "ecofax_gateway/cli/documents/devis.pdf"


def test_a_capture_is_named_by_show_and_goes_with_its_number(
    fax_machine, gateway, tmp_path
):
    folder = tmp_path / "captures"
    house = gateway(fax_machine(), more=f'[engine]\ncapture = "{folder}"\n')

    sent = house.command("send", "0972101010", str(QUOTE), "--wait")

    assert sent.returncode == 0, sent.stdout + sent.stderr
    ref = sent.stdout.split()[1].rstrip(":")
    (captured,) = folder.iterdir()
    assert f"packets captured in {captured.name}" in house.command("show", ref).stdout
    told = json.loads(house.command("show", ref, "--json").stdout)
    assert captured.name.startswith(told["faxes"][0]["ref"] + "-")

    erased = house.command("erase", "0972101010")

    assert "1  captures of calls" in erased.stdout, erased.stdout + erased.stderr
    assert list(folder.iterdir()) == []
    journal = house.command("show", ref, "--json").stdout
    assert captured.name not in journal
