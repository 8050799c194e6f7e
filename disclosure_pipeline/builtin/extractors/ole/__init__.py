"""OLE compound files: what lies in them, whatever wrote them."""
