"""Settings, workspace folders and rule files."""

from disclosure_pipeline.settings.workspace import Workspace, load_settings

__all__ = ["Workspace", "load_settings"]
