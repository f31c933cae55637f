"""What a newer edition changes in a document that somebody has worked on since."""
