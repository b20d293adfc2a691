"""What is done for each identity route; one noun per file."""
