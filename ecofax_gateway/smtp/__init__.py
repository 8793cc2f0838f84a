"""
Mail in by SMTP and LMTP, replies out.
"""
