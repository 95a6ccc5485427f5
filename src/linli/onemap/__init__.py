"""The one map: what does a city's place look like right now, by the layers one may see?"""
