"""The bus with a real broker that goes away and comes back."""
