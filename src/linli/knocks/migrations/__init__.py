"""How often may somebody knock at a door that is open to all?"""
