"""Cases: the four categories, what each requires, and how somebody came into one."""
