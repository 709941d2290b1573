"""The Clever sandbox: a district's CSV files served as Clever's API over real HTTP, to develop and rehearse against.

with serving(Sandbox(data=folder, seed=1)) as url: ...
"""

from rostering.rehearsal.clever.faults import FAULTS, Fault
from rostering.rehearsal.clever.front import open_server, serving
from rostering.rehearsal.clever.sandbox import Request, Sandbox
from rostering.rehearsal.clever.tables import DataRefusedError

__all__ = ["FAULTS", "DataRefusedError", "Fault", "Request", "Sandbox", "open_server", "serving"]
