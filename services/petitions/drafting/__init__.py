"""What an author does with a petition: writes it, and asks for what is to happen to it."""
