"""Who goes to which bed, by which run, with whom, over which roads? Pure: data in, a plan out."""
