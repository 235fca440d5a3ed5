"""Rendering in a process of its own, which has neither files nor a network, and as much memory and time as it is given.

Texts of findings come from whatever was tested, and markup from whoever writes templates: neither meets the platform.
"""
