"""
A certificate that nobody knows.
"""

import subprocess

import pytest


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """
    A file with the key and the self-signed certificate of listes.test.
    """
    path = tmp_path_factory.mktemp("authority") / "listes.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"),
            *("-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=listes.test"),
            *("-addext", "subjectAltName=DNS:listes.test"),
            *("-keyout", path, "-out", path.with_suffix(".crt")),
        ],
        check=True,
        capture_output=True,
    )
    path.write_bytes(path.read_bytes() + path.with_suffix(".crt").read_bytes())
    return path
