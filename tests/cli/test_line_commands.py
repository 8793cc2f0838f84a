"""
A line's own settings and tokens, as an operator types them.
"""

from ecofax_gateway.domain.api_token import parse_token

LINE = "0366720307"


def test_a_line_is_set_up(ecofax):
    done = ecofax(
        *("line", "set", LINE, "--tries", "3", "--quality", "best", "--tag-line", ""),
        *("--from-email", "durand@ecofax.fr", "--copy-to", "a@example.net"),
        *("--mail-format", "text", "--proof", "--proof-format", "tiff"),
    )
    refused = ecofax("line", "set", LINE, "--from-email", "durand@example.net")
    nothing = ecofax("line", "set", LINE)

    assert done.returncode == 0, done.stderr
    for said in (
        "calls at most for one fax: 3",
        "quality: best",
        "tag line: as the gateway has it",
        "replies come from: durand@ecofax.fr",
        "copies of replies to: a@example.net",
        "replies are: text",
        "confirmations carry the pages",
        "pages are attached as: tiff",
    ):
        assert said in done.stdout
    assert refused.returncode == 1
    assert nothing.returncode == 1


def test_a_token_is_made_listed_and_revoked(ecofax):
    made = ecofax("line", "token", LINE, "--name", "Gestion", "--scope", "faxes:read")
    token = parse_token(made.stdout.split()[-1])
    listed = ecofax("line", "token", LINE)
    revoked = ecofax("line", "token", LINE, "--revoke", token.id)
    again = ecofax("line", "token", LINE, "--revoke", token.id)

    assert token is not None
    assert listed.stdout == f"{token.id}  valid  Gestion  faxes:read\n"
    assert (revoked.returncode, again.returncode) == (0, 1)
    assert "ended" in ecofax("line", "token", LINE).stdout
