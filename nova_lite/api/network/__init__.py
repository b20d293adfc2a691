"""The network dialect: Neutron's v2.0."""
