"""From a rule's text to our compiled form, by pySigma, or to a refusal that names what can't be compiled."""
