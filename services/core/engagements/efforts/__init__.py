"""What testers used of an engagement's hours and credits, entry by entry."""
