"""Handlers of the image dialect: a request in, a document or a reply out."""
