"""What is being asked, given what was said: spelling, vocabulary, kind of question, follow-ups."""
