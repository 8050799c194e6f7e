"""The pages of papers (pdf, scans) as new files; runs inside a sandbox process only."""
