"""Files of each syntax read in pieces: pulled, bounded in memory, and refused record by record."""
