"""Reports of other tools: received in pieces, read by a confined process, recorded as sightings."""
