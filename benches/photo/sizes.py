"""The sizes the pipeline makes, as (name, (width, height), quality), largest first."""

import math


def scaled(side, numerator, denominator):
    return max(1, (side * numerator + denominator // 2) // denominator)


def long_side(width, height, long):
    long = min(long, max(width, height))
    return (long, scaled(height, long, width)) if width >= height else (scaled(width, long, height), long)


def federated(width, height):
    size = long_side(width, height, 3840)
    if size[0] * size[1] <= 8_294_400:
        return size
    long = int(math.sqrt(8_294_400 * max(width, height) / min(width, height)))
    size = long_side(width, height, long)
    return size if size[0] * size[1] <= 8_294_400 else long_side(width, height, long - 1)


def sizes(width, height):
    found = [("fed", federated(width, height), 85)]
    largest = max(found[0][1])
    for side, quality in ((2560, 82), (1600, 82), (960, 80), (480, 78)):
        if (largest * 10 > side * 11) if side == 2560 else (largest > side):
            found.append((str(side), long_side(width, height, side), quality))
    return found
