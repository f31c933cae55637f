"""Editions that were built or released: where they are, what they hold, how they are published."""
