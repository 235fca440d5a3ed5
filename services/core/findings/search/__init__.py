"""Lists of a million findings: by words, by filters, in order, each page from an index."""
