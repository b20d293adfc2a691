"""Unit tests of nova_lite.rpc."""
