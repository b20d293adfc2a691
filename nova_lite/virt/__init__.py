"""The hypervisor's room: one driver interface, a fake that is a product, and libvirt."""
