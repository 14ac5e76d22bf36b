"""What was true when, as known when? Columns in memory that answer every question."""

from thread.projection.overlay import NewNode, Overlay, OverlayView
from thread.projection.projection import Projection, Statistics
from thread.projection.view import Identifier, LinkTable, Statement, View, Walk, WalkSpec

__all__ = [
    "Identifier",
    "LinkTable",
    "NewNode",
    "Overlay",
    "OverlayView",
    "Projection",
    "Statement",
    "Statistics",
    "View",
    "Walk",
    "WalkSpec",
]
