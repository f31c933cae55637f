"""What the figures say: levels, shares, changes, sums and contradictions, as points and tables."""
