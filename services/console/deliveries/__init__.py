"""Deliveries: how what people and agencies are told gets through, hour by hour, and what waits."""
