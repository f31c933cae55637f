"""Pages executed by papermill: parameters, kernels, what is remembered of them."""
