"""What was sent, what is still to be sent, and what was given up."""
