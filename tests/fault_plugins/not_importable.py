"""A plugin that cannot be imported, and says so with words that must not be shown."""

raise RuntimeError("the password is 一二三四")
