"""Where did it come from, what does it take down? Pure functions over one view of the projection."""
