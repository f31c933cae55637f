"""An edition made: pages, execution, judgement, site, manifest; and made again, to audit it."""
