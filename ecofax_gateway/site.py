"""
settings -> the web site: console and API behind one door.

I/O: what it builds.
"""
