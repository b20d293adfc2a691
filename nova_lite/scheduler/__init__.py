"""The scheduler: chooses a host for each boot. Pure choice, one claim, one cast; it holds no locks and no records."""
