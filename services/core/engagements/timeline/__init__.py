"""The timeline of an engagement: what happened to it, to its checklists and to its scans."""
