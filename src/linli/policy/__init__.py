"""Who may do what, where, why and until when? Pure rules, no records."""
