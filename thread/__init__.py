"""A digital thread: designs, assets, parts, sensors, orders and failures in one graph, through time."""

__version__ = "0.1.0"
