"""
Mail in and out.
"""
