"""The layers around every call, one file each; their order stands in `chain.py`."""
