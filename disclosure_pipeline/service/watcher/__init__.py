"""The watcher of the drop folders: from a file that somebody dropped to a submission at the desk."""

from disclosure_pipeline.service.watcher.bundle import submit_paths
from disclosure_pipeline.service.watcher.desk import (
    Accepted,
    Desk,
    DroppedFile,
    DropRootInfo,
    Outcome,
    Submission,
)
from disclosure_pipeline.service.watcher.roots import RootPlan
from disclosure_pipeline.service.watcher.spool import SpooledFile, SpooledFiles, spool
from disclosure_pipeline.service.watcher.watch import RootStatus, Watcher

__all__ = [
    "Accepted",
    "Desk",
    "DropRootInfo",
    "DroppedFile",
    "Outcome",
    "RootPlan",
    "RootStatus",
    "SpooledFile",
    "SpooledFiles",
    "Submission",
    "Watcher",
    "spool",
    "submit_paths",
]
