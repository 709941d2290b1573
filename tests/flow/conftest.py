from pathlib import Path

import pytest

from tests.flow.town import Town, make_town


@pytest.fixture
def town(db: None, tmp_path: Path) -> Town:
    """A district with generated usernames, which are the passwords too, connected to an empty folder."""
    return make_town("hill", tmp_path / "hill")
