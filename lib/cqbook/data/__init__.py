"""The data package: its tables, what must hold of them, and how a figure is selected."""
