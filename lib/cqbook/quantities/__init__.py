"""Numbers as they are printed: units, periods, intervals, qualifiers, formulas, words."""
