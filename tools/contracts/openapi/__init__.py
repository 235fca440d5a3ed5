"""The OpenAPI 3.1 document of the REST interface, and a reference page for people made from it."""
