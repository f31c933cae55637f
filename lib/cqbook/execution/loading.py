"""No look for garbage while the server that forks kernels loads what stays: it would find none.

To import this module, as the first of all, is to stop it; what is forked looks again.
"""

import gc
import os

gc.disable()
os.register_at_fork(after_in_child=gc.enable)
