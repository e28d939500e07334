"""Companies, people, addresses, sign-ins."""
