"""One suite over SQLite, PostgreSQL and MariaDB."""
