"""Generation of all that derives from the contracts under `proto/`."""
