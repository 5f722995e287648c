"""Consolidating whenever something arrives: what lies there, when it is settled, what is told."""
