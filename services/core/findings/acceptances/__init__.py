"""Acceptances of risks: asked for by one person, approved by another one, and over when their time is."""
