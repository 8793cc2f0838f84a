"""
The mails of the neighbours.
"""

from ..mail.conftest import corpus as corpus
