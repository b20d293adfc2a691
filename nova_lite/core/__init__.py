"""What every room stands on: concurrency, clock, errors, context, the life of a process. Imports nothing of ours."""
