"""How a body hands in the next version of a draft: files become clause trees with lasting ids, or nothing happens."""
