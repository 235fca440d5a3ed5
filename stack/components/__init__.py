"""One file per component: what it runs, how it is prepared and when it is healthy."""
