"""How records look to clients; one noun per file."""
