"""Notifications: what has happened, told to whoever listens outside. ``docs/notifications.md`` has the catalogue."""
