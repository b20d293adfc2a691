"""How long tests wait for what takes a healthy product a moment."""

PATIENCE = 60.0  # seconds: machines of CI stand still for ten now and then
