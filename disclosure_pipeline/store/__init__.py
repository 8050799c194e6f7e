"""Rows, audit chain and vault. The only package that touches the database."""
