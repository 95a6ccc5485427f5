"""How able is each community, by its own records? Formulas over records, scored and kept."""
