"""Which key of a run's seed belongs to which of its parts.

A number once given stays: another one would change what every recorded seed stands for.
"""

KERNEL = 0  # followed by the layer, from 0
ORDER = 1  # followed by the epoch, from 0
BIAS = 2  # followed by the layer, from 0
DROPOUT = 3  # followed by the place: 0 the inputs, then layer by layer
PRETRAINING = 4  # followed by the layer, from 0
GRADIENT_ROWS = 5
AUGMENTATION = 6  # followed by the kind: 0 moves, 1 elastic, 2 noise
