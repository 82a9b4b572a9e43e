"""Duplicates across channels (重复诉求): proposed with why, merged by a person alone."""
