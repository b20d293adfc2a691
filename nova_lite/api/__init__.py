"""HTTP in: one WSGI application assembled by Paste.Deploy, one package per dialect."""
