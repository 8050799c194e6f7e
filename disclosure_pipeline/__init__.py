"""Government-information disclosure (政府信息公开): from a drop folder to the site and the archive.

A document's way reads top to bottom in three files: ``pipeline/run.py`` (the verbs),
``builtin/stages.py`` (what each stage does) and ``model/lifecycle.py`` (which steps exist).
"""

__version__ = "0.1.0"
