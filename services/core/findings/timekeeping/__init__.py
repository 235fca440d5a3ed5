"""What happens to findings because time has passed: one workflow for each organization that waits for something."""
