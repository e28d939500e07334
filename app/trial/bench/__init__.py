"""Speed as ratios inside one run: Kontor's way and the floor, the same work in bare library calls, turn by turn.

One file a topic; each registers its benches with `@bench("name", "what it does")`.
"""

from __future__ import annotations

from app.core.registry import Registry
from app.trial.measure import Bench

benches: Registry[Bench] = Registry(__name__)
