"""The two directions in which votes differ most, and where each person stands along them.

As polis does: a missing vote counts as the comment's mean, and a projection is made of the votes given only, then
stretched by the square root of comments over votes given, so that those who voted little are not all in the middle.
With a missing vote at the mean the centred matrix is zero there: it stays sparse, and nothing dense is ever made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from services.consultations.opinion.arrays import Floats, Ints, summed
from services.consultations.opinion.votes import VoteMatrix

DIMENSIONS: Final = 2
_STEPS: Final = 200
_CHECKED_EVERY: Final = 10
_TOLERANCE: Final = 1e-6
"""The share of the largest eigenvalue that counts for nothing: far less than a plot can show."""
_SEED: Final = 20_170_717


@dataclass(frozen=True, slots=True)
class _Centred:
    """Votes less the mean of their comment; X in the comments below."""

    rows: Ints
    columns: Ints
    values: Floats
    people: int
    comments: int

    def scatter(self, direction: Floats) -> Floats:
        """X'X times a direction over the comments."""
        projected = summed(self.rows, self.values * direction[self.columns], self.people)
        return summed(self.columns, self.values * projected[self.rows], self.comments)


def components(votes: VoteMatrix) -> Floats:
    """The first two principal directions over the comments: shape (comments, 2), columns of length one or zero.

    Found by the Lanczos method. The greatest entries of each are positive, as the sum of their cubes tells: one entry
    alone would turn the plot round as soon as another outgrew it.
    """
    centred = _centred(votes)
    size = centred.comments
    found = np.zeros((size, DIMENSIONS))
    if size and len(centred.values) and np.any(centred.values):
        vectors = _lanczos(centred, _first(size))
        found[:, : vectors.shape[1]] = vectors
    return np.where((found**3).sum(axis=0) < 0, -found, found)


def projection(votes: VoteMatrix, directions: Floats) -> Floats:
    """Where each person stands: shape (people, 2); without votes at the origin."""
    centred = _centred(votes)
    comments = int(np.count_nonzero(votes.voted_on))
    stretch = np.sqrt(comments / np.maximum(votes.given, 1))
    axes = [
        summed(centred.rows, centred.values * directions[centred.columns, axis], centred.people)
        for axis in range(DIMENSIONS)
    ]
    return np.stack(axes, axis=1) * stretch[:, None]


def _centred(votes: VoteMatrix) -> _Centred:
    values = votes.values - votes.means()[votes.columns]
    return _Centred(votes.rows, votes.columns, values, len(votes.people), len(votes.comments))


def _first(size: int) -> Floats:
    """Where the search starts: a little of every direction."""
    start = np.random.default_rng(_SEED).standard_normal(size)
    first: Floats = start / np.linalg.norm(start)
    return first


def _lanczos(centred: _Centred, start: Floats) -> Floats:
    """The leading eigenvectors of X'X, shape (comments, ≤ 2), greatest first.

    Every new vector is made orthogonal to all before it, twice: simple, and exact enough for a few dozen steps.
    """
    rng = np.random.default_rng(_SEED + 1)
    steps = min(_STEPS, centred.comments)
    basis = np.zeros((steps, centred.comments))
    diagonal, beside = np.zeros(steps), np.zeros(steps)
    vector = start
    for step in range(steps):
        basis[step] = vector
        ahead = centred.scatter(vector)
        diagonal[step] = vector @ ahead
        ahead = _orthogonal(ahead, basis[: step + 1])
        beside[step] = np.linalg.norm(ahead)
        last = step + 1 == steps
        if last or (step + 1) % _CHECKED_EVERY == 0:
            values, vectors = _small(diagonal[: step + 1], beside[:step])
            if last or _settled(values, vectors, beside[step]):
                break
        if beside[step] > _TOLERANCE * max(diagonal.max(), 1.0):
            vector = ahead / beside[step]
        else:
            # All that the start could reach is found: go on in a direction not seen yet.
            beside[step] = 0.0
            vector = _orthogonal(rng.standard_normal(centred.comments), basis[: step + 1])
            vector /= np.linalg.norm(vector)
    chosen = vectors[:, : -DIMENSIONS - 1 : -1][:, values[: -DIMENSIONS - 1 : -1] > _TOLERANCE]
    return basis[: len(values)].T @ chosen


def _small(diagonal: Floats, beside: Floats) -> tuple[Floats, Floats]:
    """Eigenvalues, rising, and eigenvectors of the small matrix with three diagonals."""
    values, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1))
    return values, vectors


def _settled(values: Floats, vectors: Floats, rest: float) -> bool:
    """Whether the first two eigenvectors would hardly change any more."""
    if len(values) < DIMENSIONS:
        return False
    residuals = rest * np.abs(vectors[-1, -DIMENSIONS:])
    return bool(rest > 0 and np.all(residuals <= _TOLERANCE * values[-1]))


def _orthogonal(vector: Floats, basis: Floats) -> Floats:
    for _ in range(2):
        vector = vector - basis.T @ (basis @ vector)
    return vector
