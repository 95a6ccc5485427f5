"""Care that has to go on: somebody who was displaced, or discharged, until it is given again."""
