"""
What the requester is told: outcome -> mail, in French.
"""
