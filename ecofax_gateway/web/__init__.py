"""
What console and API share: who is asking, over which server, by which rules.
"""
