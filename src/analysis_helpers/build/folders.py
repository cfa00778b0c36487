"""Folders that appear whole or not at all."""

from ..corpus import check_free, new_folder

__all__ = ["check_free", "new_folder"]
