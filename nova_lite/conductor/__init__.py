"""The conductor: every write of the database that is not the API's own."""
