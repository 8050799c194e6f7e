"""Hook implementations that register the built-in objects, one module for what is lost together.

The host imports these modules by name (`hooks/loading.py`); what they register is imported inside the
hooks, so that a process loads only the families it uses.
"""
