"""What bodies may hold; one noun per file."""
