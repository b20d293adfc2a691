"""JSON Schemas of the image dialect; the same documents are served under /v2/schemas."""
