"""The security plane: who somebody is and what they may do."""
