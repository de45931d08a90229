"""Names of the array types used here, and the two products of a sparse matrix that numpy does quickly."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
SmallInts: TypeAlias = npt.NDArray[np.int32] | npt.NDArray[np.int8]
Bools: TypeAlias = npt.NDArray[np.bool_]


def summed(at: Ints, amounts: Floats, size: int) -> Floats:
    """`amounts` added up by their index `at`: shape (size,)."""
    total: Floats = np.bincount(at, weights=amounts, minlength=size).astype(np.float64)
    return total


def counted(at: Ints, size: int) -> Ints:
    """How often each index 0 … size-1 occurs in `at`."""
    return np.bincount(at, minlength=size).astype(np.int64)


def distances(points: Floats, centres: Floats) -> Floats:
    """Euclidean distances, shape (points, centres), of points in few dimensions."""
    squares = sum(np.square(points[:, None, axis] - centres[None, :, axis]) for axis in range(points.shape[1]))
    found: Floats = np.sqrt(squares)
    return found
