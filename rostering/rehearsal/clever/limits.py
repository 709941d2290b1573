"""The rate limit: so many requests per token and minute, a fixed window of real time (clever.md §1.5)."""

import time


class RateLimit:
    """Counts requests by token."""

    def __init__(self, limit: int = 1200, window: int = 60) -> None:
        self.limit, self.window = limit, window
        self._current = 0
        self._counts: dict[str, int] = {}

    @property
    def reset(self) -> int:
        """When the window ends, in Unix seconds."""
        return (int(time.time()) // self.window + 1) * self.window

    def count(self, token: str) -> tuple[bool, dict[str, str]]:
        """Counts a request; whether it is within the limit, and the headers that say so."""
        if self._current != self.reset:
            self._current, self._counts = self.reset, {}
        count = self._counts[token] = self._counts.get(token, 0) + 1
        return count <= self.limit, {
            "X-Ratelimit-Bucket": "bearer",
            "X-Ratelimit-Limit": str(self.limit),
            "X-Ratelimit-Remaining": str(max(0, self.limit - count)),
            "X-Ratelimit-Reset": str(self.reset),
        }
