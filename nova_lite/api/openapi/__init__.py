"""OpenAPI 3.1 documents, generated from the tables that serve: routes, schemas, policy rules."""
