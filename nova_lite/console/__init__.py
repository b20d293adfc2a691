"""Consoles of guests over websockets. What a client may enter is decided by the API; it comes here with a token."""
