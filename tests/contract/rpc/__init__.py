"""One conformance suite over every driver of nova_lite.rpc and both concurrency back ends."""
