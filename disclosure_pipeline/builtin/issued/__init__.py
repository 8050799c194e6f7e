"""正式件: whether an issued file says what was approved, and nothing else."""
