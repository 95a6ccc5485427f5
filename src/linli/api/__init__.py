"""The API: what machines, and the pages of others, can ask and do; one OpenAPI file."""
