"""One line of the result: a figure, how it scattered, and the goal for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import linear_regression, median


@dataclass(frozen=True)
class Figure:
    """values: one per repetition. goal: `>= 0.9`, or None for what only explains the others."""

    point: str  # of the issue: a to f
    what: str
    unit: str
    values: Sequence[float]
    goal: str | None = None

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def is_met(self) -> bool | None:
        if self.goal is None:
            return None
        sign, limit = self.goal.split()
        return self.median >= float(limit) if sign == ">=" else self.median <= float(limit)


@dataclass(frozen=True)
class Line:
    """The straight line through some points."""

    slope: float
    intercept: float
    deviation: float  # the farthest point's, as a share of the highest

    @classmethod
    def through(cls, points: Sequence[tuple[int, float]]) -> Line:
        places, heights = [x for x, _ in points], [y for _, y in points]
        slope, intercept = linear_regression(places, heights)
        off = max(abs(y - slope * x - intercept) for x, y in points)
        return cls(slope, intercept, off / max(heights))
