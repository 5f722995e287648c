"""Documents about where a plan stands: what they say, how they are rendered, and what is drawn in them."""
