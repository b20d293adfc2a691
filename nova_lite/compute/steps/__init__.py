"""Steps: the reusable pieces that operations are lists of. One step a file."""
