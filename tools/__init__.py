"""Tools of the people who build the platform; nothing here runs in production."""
