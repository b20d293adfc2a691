"""All services in one process over the local bus, with the fake hypervisor, driven over HTTP only."""
