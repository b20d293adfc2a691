"""The network service's logic: who gets which address, and what may be joined to what. Records are kept elsewhere."""
