"""How does the disease pass from one to the next? Estimates from records, each with an interval.

`waits` fits the time between two things known to the day or worse; `serial_interval` and `delays`
ask it their own question; `offspring` asks how unevenly people infect. `reproduction` and `growth`
say how fast counts grow, `definition` and `onsets` make counts fit for it, `nowcast` adds what is
not reported yet, `forecast` looks ahead, and `scores` says how good either was.
"""
