"""The plugin host: contracts, hooks, guard, sandbox. The only package that imports pluggy."""
