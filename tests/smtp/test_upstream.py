"""
aiosmtpd's own tests against our session: what differs, and why.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).parents[2]
MODULES = ("smtp", "smtpsmuggling", "lmtp", "starttls", "smtps", "proxyprotocol")

LONG_LINES = (
    "A line of any length is taken: real senders write them; bytes are limited."
)
WORDS = "The same code; our words and the enhanced code are beside it."
NO_LOGIN = "AUTH is offered, and explained, only where somebody may log in."

DIFFERENCES = {
    "TestSMTP::test_data_no_rcpt": WORDS,
    "TestSMTP::test_data_invalid_params": WORDS,
    "TestSMTP::test_help": NO_LOGIN,
    "TestSMTP::test_help_[AUTH]": NO_LOGIN,
    "TestSMTP::test_help_bad_arg": NO_LOGIN,
    "TestRequiredAuthentication::test_help_authenticated": NO_LOGIN,
    "TestRequiredAuthentication::test_data_norcpt_authenticated": WORDS,
    "TestSMTPWithController::test_too_long_message_body": WORDS,
    "TestSMTPWithController::test_too_long_body_delay_error": WORDS,
    "TestSMTPWithController::test_too_long_body_then_too_long_lines": WORDS,
    "TestSMTPWithController::test_data_line_too_long": LONG_LINES,
    "TestSMTPWithController::test_long_line_double_count": LONG_LINES,
    "TestSMTPWithController::test_long_line_leak": LONG_LINES,
    "TestSMTPWithController::test_too_long_line_delay_error": LONG_LINES,
    "TestSMTPWithController::test_too_long_lines_then_too_long_body": LONG_LINES,
    "test_helo": WORDS,
    "test_ehlo": WORDS,
    "test_help": NO_LOGIN,
    "TestStartTLS::test_help_after_starttls": NO_LOGIN,
    "TestTLSForgetsSessionData::test_forget_rcpt": WORDS,
}


def test_the_library_finds_nothing_else(tmp_path):
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")

    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rf", "--tb=no", "-W", "ignore",
         "-p", "no:cacheprovider", "-p", "tests.smtp.upstream",
         "-c", "pytest.ini", "--rootdir", tmp_path, "--pyargs",
         *(f"aiosmtpd.tests.test_{name}" for name in MODULES)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(HOME)},
        capture_output=True,
        text=True,
        timeout=300,
    )  # fmt: skip

    differing = set(re.findall(r"^FAILED ::(\S+)", run.stdout, re.MULTILINE))
    counted = re.search(r"(\d+) failed, (\d+) passed", run.stdout)
    assert counted, run.stdout[-2000:] + run.stderr[-2000:]
    assert differing == set(DIFFERENCES)
    assert int(counted[1]) == len(DIFFERENCES)
    assert int(counted[2]) > 400
