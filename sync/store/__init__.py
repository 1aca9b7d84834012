"""SQLite: the only place that knows SQL. Rows never leave it; callers get frozen values."""
