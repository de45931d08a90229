"""The rules of operators' acts. Pure: what is known and a request in, a decision out."""
