"""The core plane: organizations, targets, scans, findings and activity."""
