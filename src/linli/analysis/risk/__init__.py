"""Which communities are at the highest risk, why, and what would take one off the list?

`communities` reads what is known of each; `model` reads factors, weights, kernels and rules from
a file; `importation` sums over the sources of infection; `score` multiplies hazard, exposure,
vulnerability and lack of coping, and splits the product again; `top` asks how sure a place on the
list is; `posterior` learns from counts once there are some; `clusters` looks at neighbours;
`validation` asks whether any of it beats a simple baseline.
"""
