"""The demo consultations: drafts written for this, and what invented people say about them."""
