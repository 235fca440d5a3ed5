"""Correlations of Sigma 2.1: what matches of rules say together, by group and over time. See ADR 0020."""
