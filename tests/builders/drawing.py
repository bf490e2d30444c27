"""What draws the text of an expression, or of anything else that is made of parts, in a property test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st


@dataclass(frozen=True)
class Drawing:
    """Draws by ``draw``, as Hypothesis hands it to a composite strategy; ``inside`` says that what is drawn stands in a condition."""

    draw: Any
    inside: bool = False

    def one_of(self, *options: Any) -> Any:
        """One of some options."""
        return self.draw(st.sampled_from(options))
