"""The intelligence plane: what happens, matched against rules and what is known of attackers."""
