"""History: who changed what of a finding, and when."""
