"""Office documents of before 2007 (doc, xls, ppt; wps, et, dps)."""
