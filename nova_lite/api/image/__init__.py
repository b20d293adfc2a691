"""Image v2: the dialect of Glance."""
