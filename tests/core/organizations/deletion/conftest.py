"""What tests of deletion stand on besides: a way into the database that nothing is hidden from."""

from tests.isolation.conftest import superuser, superuser_dsn

__all__ = ["superuser", "superuser_dsn"]
