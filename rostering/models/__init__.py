"""The tables of rostering: where the roster came from and what we do about it."""

from rostering.models.alert import DigestReader
from rostering.models.connection import Connection, SaidChunk, SyncSettings
from rostering.models.data_warning import DataWarning
from rostering.models.link import Link
from rostering.models.merge import Merge
from rostering.models.review import Review
from rostering.models.run import PlanChunk, Run

__all__ = [
    "Connection",
    "DataWarning",
    "DigestReader",
    "Link",
    "Merge",
    "PlanChunk",
    "Review",
    "Run",
    "SaidChunk",
    "SyncSettings",
]
