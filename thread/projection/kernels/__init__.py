"""Compiled loops over the columns; nothing here knows of ontologies, facts or views."""
