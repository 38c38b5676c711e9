"""How the outside calls in."""
