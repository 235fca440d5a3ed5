"""The mesh: a sidecar for each service, who may call whom, and the certificates by which they know each other."""
