"""The data that pages read, read once by the server that forks kernels, so that no page has to.

To import this module, as the last of all, is to read them.
"""

import os

from cqbook.data.catalog import keep_open
from cqbook.execution.kernels import OPENED_VARIABLE

# a page whose data are others reads its own
if place := os.environ.get(OPENED_VARIABLE):
    keep_open(place)
