"""The systems that benchmarks/rpc compares, a program each; other systems run in an environment of their own."""
