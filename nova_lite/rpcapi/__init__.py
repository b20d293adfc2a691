"""The contract of each service: topic, version, one method per remote call. Managers implement it, proxies carry it."""
