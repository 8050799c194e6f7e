"""The site channel: a static 政府信息公开 subtree that mounts anywhere."""
