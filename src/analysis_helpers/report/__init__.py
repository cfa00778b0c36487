"""Reporting: notebooks executed, the site rendered, packages shared."""
