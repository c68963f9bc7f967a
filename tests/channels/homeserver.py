"""A real Matrix home server on loopback (Synapse in its own environment), and people at clients."""

import hashlib
import hmac
import json
import socket
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

SYNAPSE = Path(__file__).parents[2] / ".venv" / "synapse" / "bin" / "python"
SERVER = "office.test"
SECRET = "registration of the tests"
API = "/_matrix/client/v3"
FREE = {"per_second": 10_000, "burst_count": 10_000}
SETTINGS: dict[str, Any] = {
    "server_name": SERVER,
    "report_stats": False,
    "registration_shared_secret": SECRET,
    "macaroon_secret_key": SECRET,
    "form_secret": SECRET,
    "bcrypt_rounds": 4,
    "trusted_key_servers": [],
    "suppress_key_server_warning": True,
    "federation_domain_whitelist": [],
    "enable_metrics": False,
    "rc_message": FREE,
    "rc_registration": FREE,
    "rc_login": {"address": FREE, "account": FREE, "failed_attempts": FREE},
    "rc_joins": {"local": FREE, "remote": FREE},
    "rc_joins_per_room": FREE,
    "rc_invites": {"per_room": FREE, "per_user": FREE, "per_issuer": FREE},
    "rc_room_creation": FREE,
}
QUIET: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "root": {"level": "ERROR", "handlers": []},
}


@dataclass(frozen=True)
class HomeServer:
    """Where it listens."""

    url: str

    def account(self, name: str) -> "Account":
        """A new account, logged in."""
        with httpx.Client(base_url=self.url, trust_env=False, timeout=30) as http:
            nonce = http.get("/_synapse/admin/v1/register").json()["nonce"]
            said = f"{nonce}\0{name}\0password\0notadmin".encode()
            mac = hmac.new(SECRET.encode(), said, hashlib.sha1).hexdigest()
            body = {"nonce": nonce, "username": name, "password": "password", "mac": mac}
            made = http.post("/_synapse/admin/v1/register", json=body).raise_for_status().json()
        return Account(self.url, made["user_id"], made["access_token"])


@dataclass(frozen=True)
class Account:
    """A person at a client."""

    url: str
    id: str
    token: str

    async def ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - of httpx
        """What the home server answers."""
        headers = {"authorization": f"Bearer {self.token}"}
        async with httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=30) as http:
            answer = await http.request(method, API + path, headers=headers, **more)
        return answer.raise_for_status().json()

    async def room_with(self, *others: "Account") -> str:
        """A room of their own, with the others invited."""
        body = {"preset": "trusted_private_chat", "invite": [o.id for o in others]}
        return str((await self.ask("POST", "/createRoom", json=body))["room_id"])

    async def join(self, room: str) -> None:
        """Accept an invitation."""
        await self.ask("POST", f"/join/{quote(room)}", json={})

    async def invite(self, room: str, other: "Account") -> None:
        """Let somebody else in."""
        await self.ask("POST", f"/rooms/{quote(room)}/invite", json={"user_id": other.id})

    async def put(self, room: str, kind: str, name: str, content: dict[str, Any]) -> str:
        """An event; its id."""
        path = f"/rooms/{quote(room)}/send/{kind}/{name}"
        return str((await self.ask("PUT", path, json=content))["event_id"])

    async def say(self, room: str, text: str, name: str) -> str:
        """A message; its event's id."""
        return await self.put(room, "m.room.message", name, {"msgtype": "m.text", "body": text})

    async def react(self, room: str, event: str, key: str, name: str) -> str:
        """A reaction."""
        relation = {"rel_type": "m.annotation", "event_id": event, "key": key}
        return await self.put(room, "m.reaction", name, {"m.relates_to": relation})

    async def withdraw(self, room: str, event: str, name: str) -> None:
        """Take an event back."""
        path = f"/rooms/{quote(room)}/redact/{quote(event)}/{name}"
        await self.ask("PUT", path, json={})

    async def read(self, room: str) -> list[dict[str, Any]]:
        """All messages of a room, oldest first."""
        asked = {"dir": "b", "limit": "500", "filter": '{"types":["m.room.message"]}'}
        found = await self.ask("GET", f"/rooms/{quote(room)}/messages", params=asked)
        return list(reversed(found["chunk"]))


@contextmanager
def home_server(folder: Path) -> Generator[HomeServer]:
    """Synapse on a free port with SQLite, client API alone; gone afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    listener = {
        "port": port,
        "type": "http",
        "bind_addresses": ["127.0.0.1"],
        "resources": [{"names": ["client"]}],
    }
    (folder / "log.json").write_text(json.dumps(QUIET))
    settings = SETTINGS | {
        "listeners": [listener],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "home.db")}},
        "media_store_path": str(folder / "media"),
        "signing_key_path": str(folder / "signing.key"),
        "log_config": str(folder / "log.json"),
        "pid_file": str(folder / "pid"),
    }
    # YAML takes JSON.
    (folder / "home.yaml").write_text(json.dumps(settings))
    command = [str(SYNAPSE), "-m", "synapse.app.homeserver", "-c", str(folder / "home.yaml")]
    subprocess.run([*command, "--generate-keys"], check=True, cwd=folder, capture_output=True)
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        # It is tried again with growing pauses until it listens.
        waiting = httpx.HTTPTransport(retries=8)
        with httpx.Client(transport=waiting, timeout=60) as http:
            http.get(f"{url}/_matrix/client/versions").raise_for_status()
        yield HomeServer(url)
    finally:
        process.terminate()
        process.wait(20)
