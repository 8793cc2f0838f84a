"""
The durable truth: SQLAlchemy 2 Core on SQLite or PostgreSQL.
"""
