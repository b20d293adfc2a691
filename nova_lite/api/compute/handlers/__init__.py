"""Plain functions: one per thing that can be asked, a noun per file."""
