"""The daemon: watcher, engine, scheduler, health."""
