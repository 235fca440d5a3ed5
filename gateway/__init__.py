"""What stands between the edge and the services: translations that hold no state and no keys."""
