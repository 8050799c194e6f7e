"""The command line `disclosure`, one file per family of commands."""
