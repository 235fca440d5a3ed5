"""What an account may do now: asked of the database, remembered for a second, and told of changes at once."""
