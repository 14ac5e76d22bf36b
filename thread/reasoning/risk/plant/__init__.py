"""How likely does something of the plant stop within a horizon, because of what, and what is to be done first?"""
