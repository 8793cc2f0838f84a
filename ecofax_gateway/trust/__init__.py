"""
How far the sender of a mail can be believed.
"""
