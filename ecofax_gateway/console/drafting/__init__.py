"""
The steps of a new campaign: each is saved as a draft, forwards and backwards freely.

One module for each step.
"""
