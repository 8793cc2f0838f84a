"""
The mails of the neighbours.
"""

from ..mail.conftest import corpus as corpus
from ..mail.conftest import make_mail as make_mail
