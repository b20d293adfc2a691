"""The recipe of nova-lite's small test image: a Linux guest made of Debian packages, built without root or mounts."""
