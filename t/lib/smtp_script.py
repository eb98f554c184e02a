#!/usr/bin/python3
"""A mail server that answers by a script and keeps every byte it is sent.

For what no well-behaved server does: the answers of t/lib/inbox.py are those
of aiosmtpd.
"""

import argparse
import asyncio
import collections
import os

ANSWERS = {
    "GREETING": "220 localhost\\r\\n",
    "EHLO": "250 localhost\\r\\n",
    "DATA": "354 go on\\r\\n",
    "TEXT": "250 taken\\r\\n",
    "QUIT": "221 bye\\r\\n",
}


class Hangup(Exception):
    pass


class Dialogue:
    """One connection: a line from the client, an answer from the script."""

    def __init__(self, options, record, reader, writer):
        self.answers = dict(ANSWERS, **dict(options.answer))
        self.asked = collections.Counter()
        self.drip = options.drip
        self.record = record
        self.reader = reader
        self.writer = writer

    async def answer(self, verb):
        texts = self.answers.get(verb, "250 OK\\r\\n").split(" then ")
        text = texts[min(self.asked[verb], len(texts) - 1)]
        self.asked[verb] += 1

        if text == "hangup":
            raise Hangup
        if text == "silence":
            await asyncio.sleep(3600)

        text, _, times = text.partition(" x ")
        data = text.encode().decode("unicode_escape").encode()
        data *= int(times or 1)

        for part in ([data[i:i + 1] for i in range(len(data))]
                     if self.drip else [data]):
            self.writer.write(part)
            await self.writer.drain()
            if self.drip:
                await asyncio.sleep(0.002)

        return data

    async def line(self):
        line = await self.reader.readline()
        self.record.write(line)
        self.record.flush()

        if not line:
            raise Hangup
        return line

    async def run(self):
        await self.answer("GREETING")

        while True:
            verb = (await self.line())[:4].decode("latin-1").strip().upper()
            data = await self.answer(verb)

            if verb == "DATA" and data.startswith(b"354"):
                while await self.line() != b".\r\n":
                    pass
                await self.answer("TEXT")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--port", type=int, required=True)
    add("--record", required=True, help="the file for what clients send")
    add("--drip", action="store_true", help="answer a byte at a time")
    add("--answer", nargs=2, action="append", default=[],
        metavar=("VERB", "TEXT"),
        help="with escapes, and ' x N' for N times; or: hangup, silence; "
             "' then ' divides the answers to one command after the other. "
             "VERB may be GREETING, and TEXT for the end of the text")
    return parser.parse_args()


async def serve(options):
    fd = os.open(options.record, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    with os.fdopen(fd, "ab") as record:

        async def talk(reader, writer):
            record.write(b"-- connection\n")
            record.flush()

            try:
                await Dialogue(options, record, reader, writer).run()
            except (Hangup, ConnectionError):
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", options.port)
        async with server:
            await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(arguments()))
