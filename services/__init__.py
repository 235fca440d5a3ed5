"""The services of the platform, plane by plane, on one runtime (`services.mesh`)."""
