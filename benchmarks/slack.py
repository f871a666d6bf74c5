"""Mentions in a busy workspace: how soon they are acknowledged, and whether all are answered.

    python -m benchmarks.slack --mentions 200 --seconds 10

Starts `kilde serve` over the shipped documents with a Slack of the tests' own, sends signed mentions at even distances
whether or not earlier ones were answered, and prints latencies as the sender sees them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import httpx
import numpy as np
from slack_sdk.signature import SignatureVerifier

from tests.service.slack.fake_slack import FakeSlack, serve

SECRET = "benchmark"  # noqa: S105  # a Slack of our own
QUESTIONS = (
    "what do the authors think about ROI?",
    "Hvad siger de om kundeservice?",
    "Hva mener forfatterne om tillit?",
    "Kva seier tekstane om innovasjon?",
    "Vad är poängen med sociala medier?",
)
CHANNELS = 20


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(slack: FakeSlack, port: int, folder: str) -> subprocess.Popen[bytes]:
    """The service as an operator starts it."""
    settings = {
        "KILDE_DATA_DIR": folder,
        "KILDE_PORT": str(port),
        "KILDE_PUBLIC_URL": "https://kilde.example.org",
        "KILDE_SLACK_API_URL": f"{slack.url}/api/",
        "KILDE_SLACK_BOT_TOKEN": "xoxb-benchmark",
        "KILDE_SLACK_SIGNING_SECRET": SECRET,
    }
    kilde = Path(sys.executable).with_name("kilde")
    return subprocess.Popen(  # noqa: S603  # our own command
        [str(kilde), "serve"], env={**os.environ, **settings}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


async def ready(http: httpx.AsyncClient) -> None:
    """Wait until the documents are indexed and one question was answered, as in a service that has been running."""
    async with asyncio.timeout(180):
        while True:
            with suppress(httpx.TransportError):
                if (await http.get("/readyz")).status_code == 200:
                    break
            await asyncio.sleep(0.2)
    for question in QUESTIONS:
        (await http.post("/chat", json={"message": question})).raise_for_status()


async def mention(http: httpx.AsyncClient, number: int) -> float:
    """Send one signed mention; seconds until it was acknowledged."""
    event = {
        "type": "app_mention",
        "user": f"U{number}",
        "text": f"<@UBOT> {QUESTIONS[number % len(QUESTIONS)]}",
        "channel": f"C{number % CHANNELS}",
        "ts": f"1700000000.{number:06d}",
    }
    body = json.dumps(
        {
            "type": "event_callback",
            "team_id": "T1",
            "event_id": f"Ev{number}",
            "authorizations": [{"team_id": "T1", "user_id": "UBOT", "is_bot": True}],
            "event": event,
        }
    )
    timestamp = str(int(time.time()))
    signature = str(SignatureVerifier(SECRET).generate_signature(timestamp=timestamp, body=body))
    headers = {
        "content-type": "application/json",
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": signature,
    }
    began = time.perf_counter()
    response = await http.post("/slack/events", content=body, headers=headers | {"content-type": "application/json"})
    response.raise_for_status()
    return time.perf_counter() - began


def cpu_seconds(process: subprocess.Popen[bytes]) -> float:
    """The processor time that a process has used; on a shared machine it tells more than the clock."""
    with suppress(OSError):
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return float("nan")


def answered(slack: FakeSlack) -> set[str | None]:
    """The threads that have a finished answer with its buttons."""
    return {
        message.thread
        for message in slack.messages.values()
        if message.blocks and message.blocks[-1]["type"] == "context_actions"
    }


async def measure(mentions: int, seconds: float) -> None:
    slack = FakeSlack()
    runner = await serve(slack)
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        service = start(slack, port, folder)
        try:
            limits = httpx.Limits(max_connections=None)
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=limits, timeout=60) as http:
                await ready(http)
                idle = cpu_seconds(service)
                began = time.perf_counter()
                sent: list[asyncio.Task[float]] = []
                for number in range(mentions):
                    await asyncio.sleep(max(0.0, began + number * seconds / mentions - time.perf_counter()))
                    sent.append(asyncio.create_task(mention(http, number)))
                acknowledged = np.array(await asyncio.gather(*sent)) * 1000
                async with asyncio.timeout(300):
                    while len(answered(slack)) < mentions:
                        await asyncio.sleep(0.05)
                whole, used = time.perf_counter() - began, cpu_seconds(service) - idle
        finally:
            service.terminate()
            service.wait(60)
    await runner.cleanup()
    p50, p99 = np.percentile(acknowledged, [50, 99])
    print(f"{mentions} mentions in {seconds:.0f} s")
    print(f"acknowledged: p50 {p50:.0f} ms, p99 {p99:.0f} ms, slowest {acknowledged.max():.0f} ms")
    print(f"answered: {len(answered(slack))}, the last one {whole:.1f} s after the first mention")
    print(f"the service used {used:.1f} s of processor time; load of the machine {os.getloadavg()[0]:.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mentions", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=10.0)
    given = parser.parse_args()
    asyncio.run(measure(given.mentions, given.seconds))


if __name__ == "__main__":
    main()
