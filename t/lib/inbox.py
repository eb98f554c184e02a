#!/usr/bin/python3
"""A mail server that keeps what it receives: one .eml file a message.

It is the inbox of "make run", and the tests' mail server, which can be told
to be slow, to refuse, to want TLS or a password.
"""

import argparse
import asyncio
import datetime
import logging
import os
import re
import signal
import ssl

from aiosmtpd.smtp import SMTP, AuthResult


class Inbox:
    """Answers of the server, and the directory of the messages."""

    def __init__(self, options):
        self.directory = options.directory
        self.refuse = re.compile(options.refuse) if options.refuse else None
        self.temporary = options.temporary
        self.delay = options.delay
        self.count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.refuse and self.refuse.search(address):
            return "550 5.1.1 No such mailbox"

        if self.temporary > 0:
            self.temporary -= 1
            return "451 4.7.1 Try again later"

        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.delay:
            await asyncio.sleep(self.delay)

        self.count += 1
        now = datetime.datetime.now().strftime("%Y%m%dT%H%M%S.%f")
        name = f"{now}-{self.count:05d}.eml"
        self.store(name, envelope)

        print(f"mail {self.count}: {len(envelope.content)} bytes in {name}",
              flush=True)
        return "250 OK"

    def store(self, name, envelope):
        """The envelope comes first, as in a mailbox that an MTA fills."""

        path = os.path.join(self.directory, name)
        lines = [f"Return-Path: <{envelope.mail_from}>"]
        lines += [f"Delivered-To: {to}" for to in envelope.rcpt_tos]
        head = "".join(line + "\r\n" for line in lines)

        # readers look for *.eml: they must never see half a message
        part = path + ".part"
        fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(head.encode() + envelope.content)
        os.rename(part, path)


def authenticator(user, password):
    def check(server, session, envelope, mechanism, data):
        ok = (data.login == user.encode()
              and data.password == password.encode())
        return AuthResult(success=ok, handled=ok)

    return check


def tls_context(files):
    if files is None:
        return None

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    return context


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--listen", default="127.0.0.1:2525", metavar="HOST:PORT")
    add("--directory", required=True, help="where the .eml files go")
    add("--tls", nargs=2, metavar=("CERT", "KEY"),
        help="TLS from the first byte (smtps)")
    add("--starttls", nargs=2, metavar=("CERT", "KEY"),
        help="require STARTTLS")
    add("--auth", nargs=2, metavar=("USER", "PASSWORD"),
        help="require this login")
    add("--refuse", metavar="REGEX", help="550 for such recipients")
    add("--temporary", type=int, default=0, metavar="N",
        help="451 for the first N recipients")
    add("--delay", type=float, default=0, metavar="SECONDS",
        help="wait before the message is acknowledged")
    add("--pid-file", metavar="FILE")
    return parser.parse_args()


def settings(options):
    values = {"enable_SMTPUTF8": False, "hostname": "localhost"}

    if options.starttls:
        values["tls_context"] = tls_context(options.starttls)
        values["require_starttls"] = True

    if options.auth:
        values["authenticator"] = authenticator(*options.auth)
        values["auth_required"] = True
        values["auth_require_tls"] = options.starttls is not None

    return values


async def serve(options):
    inbox = Inbox(options)
    values = settings(options)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    host, port = options.listen.rsplit(":", 1)
    server = await loop.create_server(lambda: SMTP(inbox, **values),
                                      host.strip("[]"), int(port),
                                      ssl=tls_context(options.tls))

    # written when the port is open: whoever waits for the file may connect
    if options.pid_file:
        with open(options.pid_file + ".part", "w") as file:
            file.write(f"{os.getpid()}\n")
        os.rename(options.pid_file + ".part", options.pid_file)

    await stop.wait()
    server.close()

    if options.pid_file:
        os.unlink(options.pid_file)


def main():
    options = arguments()
    os.makedirs(options.directory, mode=0o700, exist_ok=True)

    # aiosmtpd logs addresses at lower levels
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)

    asyncio.run(serve(options))


if __name__ == "__main__":
    main()
