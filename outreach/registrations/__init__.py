"""What outreach offers to the rooms below it, by subject (`taushet.registries`)."""
