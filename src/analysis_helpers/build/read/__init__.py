"""Reading: any folder, table, archive or export becomes records."""
