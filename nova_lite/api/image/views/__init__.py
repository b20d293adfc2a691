"""How the image dialect shows things."""
