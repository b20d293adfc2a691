"""What a request may hold, as JSON Schema tables by microversion."""
