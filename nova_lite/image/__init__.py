"""The image service's rules and stores, and compute's way to images: a client and a cache. No database in here."""
