"""Texts of which is known what stands where: written by script and by hand, none of them from a real document."""
