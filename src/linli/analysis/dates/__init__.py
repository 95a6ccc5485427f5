"""Which day did a person mean when they typed it? Read, or refused with a sentence; never guessed.

`typed` reads an onset as people write it, in Chinese and in English; `lunar` knows the days of the
lunar calendar that people name around the New Year.
"""
