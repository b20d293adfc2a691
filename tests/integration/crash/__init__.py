"""The crash matrix: whatever dies or freezes at whatever step, every request ends as promised and nothing is left."""
