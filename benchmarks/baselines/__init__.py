"""What a team would use instead, each over the same passages: built, asked, weighed."""
