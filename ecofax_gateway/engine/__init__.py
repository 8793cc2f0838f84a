"""
The call engine: a process of its own that places calls and knows no store.
"""
