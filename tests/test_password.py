"""
Fax passwords are kept as hashes, and unknown lines cost as much as wrong ones.
"""

from ecofax_gateway.password import hash_password, is_password, make_password


def test_the_right_one_among_several_readings():
    kept = hash_password("s3cret")

    assert is_password(kept, ["*s3cret*", "s3cret"])
    assert not is_password(kept, ["S3cret", ""])
    assert not is_password(kept, [])


def test_an_unknown_line_has_no_password():
    assert not is_password(None, ["anything"])


def test_a_damaged_hash_opens_nothing():
    assert not is_password("", ["", "x"])


def test_it_is_argon2id_and_salted():
    first, second = hash_password("x"), hash_password("x")

    assert first.startswith("$argon2id$")
    assert first != second


def test_made_passwords_survive_mail_programs():
    made = {make_password() for _ in range(200)}

    assert len(made) == 200
    assert all(len(password) == 10 for password in made)
    assert not any(password[0] in "dpoxsbczDPOXSBCZ380()|" for password in made)
    assert not any(set(password) & set("0O1lI") for password in made)
