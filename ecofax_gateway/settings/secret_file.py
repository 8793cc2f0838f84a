"""
A password that the configuration names the file of.

I/O: reads one file.
"""

from pathlib import Path

from ..domain.errors import BadSettings


def read_secret(setting: str, file: str) -> str | None:
    """
    Read it.

    Args:
        setting: The key that names the file.

        file: Path; empty: there is no password.

    Raises:
        BadSettings: If it cannot be read, or is not one line.
    """
    if not file:
        return None
    try:
        secret = Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        reason = error.strerror or type(error).__name__
    except UnicodeDecodeError:
        reason = "it is not text"
    else:
        if secret and secret.isprintable():
            return secret
        reason = "it is not one line of text" if secret else "it is empty"
    raise BadSettings(
        [
            f"{setting}: {file}: {reason}; write the password into it, on one line, for"
            " the user that the gateway runs as to read"
        ]
    )
