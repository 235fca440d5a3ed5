"""Which sightings are of one finding: those that share a key, or that a chain of shared keys connects."""
