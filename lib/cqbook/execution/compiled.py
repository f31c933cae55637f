"""What the server that forks kernels compiles once, beside its imports, so that no page has to.

To import this module is to compile it.
"""

from nbformat.validator import get_validator

#: Judges a notebook of the version that is written.
NOTEBOOK = get_validator(4, 5)
