"""nova-lite: a compute control plane small enough to read, real enough to use."""

__version__ = "0.1.0"
