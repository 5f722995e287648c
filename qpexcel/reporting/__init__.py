"""The command `report`: what to write for each kind of document, and writing it."""
