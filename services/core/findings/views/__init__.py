"""Views: which findings to list, in which order and with which columns, kept by name."""
