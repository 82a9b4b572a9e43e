"""Attachments (附件): checked by content, stripped, encrypted on disk, shown by role."""
