"""The part of the Bot API that Kenes uses, on one's own machine: it holds the real one's limits and shows all chats."""
