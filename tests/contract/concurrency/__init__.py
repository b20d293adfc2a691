"""One suite over both back ends of nova_lite.core.concurrency."""
