"""An organization's detection rules: kept with every version of their text, imported, tried on events."""
