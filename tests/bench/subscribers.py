"""How much do many subscribers cost? Over real sockets: from a commit to its event at the last of them.

    python -m tests.bench.subscribers

Prints, for 1, 100 and 500 WebSockets that follow ``committed``, the time from the call of ``commit`` to the event at
the first and at the last subscriber (median of nine). One machine, one process and one core hold them all.
"""

from __future__ import annotations

import asyncio
import statistics
import time

from tests.api.plant import Plant, open_demo
from tests.api.serving import Client, connected, served
from thread.service import Service

RUNS = 9
COUNTS = (1, 100, 500)


def commit(service: Service) -> int:
    plant = Plant()
    number = service.info().revision.ordinal
    plant.thing(f"new-{number}", "Asset")
    return service.commit(plant.change(f"r-{number}")).revision.ordinal


async def measured(service: Service, address: str, count: int) -> tuple[list[float], list[float]]:
    """Milliseconds from each commit to its first and its last event."""
    firsts, lasts = [], []
    async with asyncio.TaskGroup() as group:
        ready, stop = asyncio.Semaphore(0), asyncio.Event()
        clients: list[Client] = []

        async def follow() -> None:
            async with connected(address) as client:
                await client.subscribe("subscription { committed { cursor } }")
                clients.append(client)
                ready.release()
                await stop.wait()

        for _ in range(count):
            group.create_task(follow())
        for _ in range(count):
            await ready.acquire()
        await asyncio.sleep(0.5)  # until each has been taken up
        for _ in range(RUNS):
            began = time.perf_counter()

            async def seen(client: Client) -> float:
                await client.next()
                return (time.perf_counter() - began) * 1000  # noqa: B023  awaited within the turn

            waiting = [asyncio.create_task(seen(client)) for client in clients]
            await asyncio.to_thread(commit, service)
            times = await asyncio.gather(*waiting)
            firsts.append(min(times))
            lasts.append(max(times))
        stop.set()
    return firsts, lasts


def main() -> None:
    service = open_demo()
    with served(service) as address:
        for count in COUNTS:
            firsts, lasts = asyncio.run(measured(service, address, count))
            first, last = statistics.median(firsts), statistics.median(lasts)
            print(f"{count:>4} subscribers: first {first:7.2f} ms  last {last:7.2f} ms")
    service.close()


if __name__ == "__main__":
    main()
