"""What reports are made of: findings with their sightings, targets, the organization."""
