"""Ways for notifications to leave."""
