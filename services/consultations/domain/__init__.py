"""The rules of consultations. Pure: time and chance are arguments."""
