"""Documents that may cite the book, read format by format; `citing.documents` lists them."""
