"""Who may have infected whom, and where? Visits in, explained candidates and chains out.

`visits` finds who met, `course` weighs a meeting against two onsets, `score` ranks the pairs and
splits each score into its factors, `weights` says what each factor is worth and why, `learn` fits
the weights, `curve` judges a ranking, and `chains` follows links that people have decided on.
"""
