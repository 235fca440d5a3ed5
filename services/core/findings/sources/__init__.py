"""What the sources of imports have seen, one import after the other."""
