"""Identity and images: one suite, over the embedded services and over a real Keystone and a real Glance."""
