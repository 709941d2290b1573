from tests.promises.town import folder

__all__ = ["folder"]
