"""
The bytes of a mail, read into its texts and its attachments.
"""
