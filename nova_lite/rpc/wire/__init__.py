"""What a contract looks like on the wire, written down: so that nobody changes it without knowing.

``python -m nova_lite.rpc.wire DIRECTORY MODULE…`` writes, for each version of each contract in the modules, its shape
(``compute-1.0.json``: methods, and every object and enumeration that they carry, each with its fingerprint) and a
corpus of its messages (``compute-1.0.messages.gz``). Records of released versions are kept for ever: later versions are
compared with them and must still read their messages.
"""
