"""Measuring, comparing and explaining the complexity of functions."""
