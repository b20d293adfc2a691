"""Contracts with the kernel and dnsmasq: what a host does for networks. Needs root, as that does."""
