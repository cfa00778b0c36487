"""Building: files in, a corpus folder out."""
