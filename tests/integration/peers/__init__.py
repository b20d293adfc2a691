"""nova-lite beside a real Keystone and a real Glance."""
