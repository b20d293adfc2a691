"""The driver for libvirt: a facade over connection, plan, xml, disks, power, console, events and kvm.

Nothing is imported here: settings can be read on a host without libvirt.
"""
