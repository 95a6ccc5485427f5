"""How does the disease pass from one to the next? Estimates from records, each with an interval.

`waits` fits the time between two things known to the day or worse; `serial_interval` and `delays`
ask it their own question; `offspring` asks how unevenly people infect.
"""
