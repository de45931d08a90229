"""`python -m tests.e2e.slow_consumer BOOTSTRAP TOPIC GROUP`: reads and commits every event, until it is stopped."""

from __future__ import annotations

import asyncio
import sys

from aiokafka import AIOKafkaConsumer


async def main(bootstrap: str, topic: str, group: str) -> None:
    """Until killed."""
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        # A paused process stays a member: that it is there and does nothing is what shall be seen.
        session_timeout_ms=120_000,
        max_poll_interval_ms=300_000,
    )
    await consumer.start()
    while True:
        if await consumer.getmany(timeout_ms=200):
            await consumer.commit()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
