"""A small strict IMAP server on the loopback: one mailbox, what a fetching client needs, every command written down."""

import re
import socketserver
import threading
from typing import Any


class Mailbox:
    """Letters with their flags; `failing` names commands that answer NO."""

    def __init__(self, letters: list[bytes]) -> None:
        self.letters = {str(uid): letter for uid, letter in enumerate(letters, start=11)}
        self.flags: dict[str, set[str]] = {uid: set() for uid in self.letters}
        self.folders: dict[str, list[bytes]] = {"INBOX": []}
        self.commands: list[str] = []
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    @property
    def port(self) -> int:
        return self.server.server_address[1]

    def unread(self) -> list[str]:
        return [uid for uid in self.letters if "\\Seen" not in self.flags[uid]]

    def __enter__(self) -> "Mailbox":
        self.thread.start()
        return self

    def __exit__(self, *error: Any) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def _handler(self) -> type[socketserver.StreamRequestHandler]:
        box = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.say("* OK ready")
                while line := self.rfile.readline().decode().rstrip("\r\n"):
                    tag, _, command = line.partition(" ")
                    box.commands.append(command)
                    if not self.answer(tag, command):
                        return

            def say(self, line: str | bytes) -> None:
                self.wfile.write((line if isinstance(line, bytes) else line.encode()) + b"\r\n")

            def answer(self, tag: str, command: str) -> bool:
                name = command.split(" ")[1 if command.startswith("UID ") else 0].upper()
                result = "OK done"
                if name == "CAPABILITY":
                    self.say("* CAPABILITY IMAP4rev1")
                elif name == "LOGIN":
                    if '"right"' not in command:
                        result = "NO wrong password"
                elif name == "SELECT":
                    self.say(f"* {len(box.letters)} EXISTS")
                    result = "OK [READ-WRITE] done" if '"INBOX"' in command else "NO no such folder"
                elif name == "SEARCH":
                    self.say(f"* SEARCH {' '.join(box.unread())}")
                elif name == "FETCH":
                    self.fetch(command)
                elif name == "STORE":
                    uid, flags = command.split(" ")[2], re.findall(r"\\\w+", command)
                    box.flags[uid].update(flags)
                elif name == "COPY":
                    result = self.copy(command)
                elif name == "CREATE":
                    box.folders.setdefault(command.split('"')[1], [])
                elif name == "LOGOUT":
                    self.say("* BYE")
                else:
                    result = "BAD unknown command"
                self.say(f"{tag} {result}")
                return name != "LOGOUT"

            def fetch(self, command: str) -> None:
                uid = command.split(" ")[2]
                letter = box.letters[uid]
                if "RFC822.SIZE" in command:
                    self.say(f"* 1 FETCH (UID {uid} RFC822.SIZE {len(letter)})")
                else:
                    assert "BODY.PEEK[]" in command, "a look at a letter must not mark it as read"
                    head = f"* 1 FETCH (UID {uid} BODY[] {{{len(letter)}}}\r\n".encode()
                    self.say(head + letter + b")")

            def copy(self, command: str) -> str:
                folder = command.split('"')[1]
                if folder not in box.folders:
                    return "NO [TRYCREATE] no such folder"
                box.folders[folder].append(box.letters[command.split(" ")[2]])
                return "OK done"

        return Handler
