"""Notes: what people say to each other about a finding."""
