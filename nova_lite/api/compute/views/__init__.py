"""What an answer holds, as tables of keys by microversion."""
