"""What people follow and how they are told, as they ask for it and as they are shown it."""
