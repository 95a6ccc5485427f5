"""By what rule does a resident leave the register, what holds them, and who is told?"""
