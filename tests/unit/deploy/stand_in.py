"""What the gateway is put in front of: a server on a free port that tells what reached it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

HEARD = "/heard"
"""Where whoever reads the stream of events says that one has come; only then is the next one sent."""
EVENTS = 3


@asynccontextmanager
async def stand_in(who: str) -> AsyncIterator[int]:
    """Serve until the block ends; yields the port."""
    heard = asyncio.Semaphore(0)

    async def echo(request: Request) -> Response:
        try:
            body = await request.body()
        except ClientDisconnect:  # the gateway refused the rest
            return Response(status_code=400)
        return JSONResponse({"who": who, "headers": dict(request.headers), "body": len(body)}, headers={"server": who})

    async def events(_request: Request) -> Response:
        async def stream() -> AsyncIterator[str]:
            for number in range(EVENTS):
                yield f"data:{number}\n\n"
                await heard.acquire()

        return StreamingResponse(stream(), media_type="text/event-stream")

    async def go_on(_request: Request) -> Response:
        heard.release()
        return Response(status_code=204)

    async def large(_request: Request) -> Response:
        return PlainTextResponse("x" * 50_000)

    routes = [
        Route("/events", events),
        Route(HEARD, go_on, methods=["POST"]),
        Route("/large", large),
        Route("/{path:path}", echo, methods=["GET", "POST"]),
    ]
    config = uvicorn.Config(Starlette(routes=routes), log_config=None, lifespan="off", server_header=False)
    server = uvicorn.Server(config)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await serving
        listener.close()
