"""Every figure we claim, as a command. Each prints a table with its conditions and can write the same as JSON."""
