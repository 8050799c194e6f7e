"""DrawingML: shapes, their colours and text, charts and diagrams, on sheets, slides and pages."""
