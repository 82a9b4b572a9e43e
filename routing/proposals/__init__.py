"""Who should handle an appeal, by when, and why."""
