"""The compute host: carries out operations on its own guests. No database, and no way to one."""
