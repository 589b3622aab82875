"""Words for the way out of this computer: whom it trusts, and the proxy in between."""

from __future__ import annotations

from kraken_desktop.messages.text import QT_TRANSLATE_NOOP, Message

_NOTHING_SENT = QT_TRANSLATE_NOOP(
    "messages", "The file {file} of the network settings cannot be used, so nothing was sent."
)
_CHOOSE = QT_TRANSLATE_NOOP(
    "messages",
    "Choose the right file, or none, under Settings, Network, or in a terminal with "
    "“kraken-s3 network set --ca-file FILE”.",
)
_NOT_THROUGH = QT_TRANSLATE_NOOP("messages", "The proxy does not let us through to {host}.")
_CHECK_PROXY = QT_TRANSLATE_NOOP("messages", "Check the proxy under Settings, Network, then retry.")

NETWORK_FAILURES: dict[str, Message] = {
    "transport.tls": Message(
        QT_TRANSLATE_NOOP("messages", "The connection to {host} is not safe, so nothing was sent."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Its certificate cannot be trusted. A wrong clock can cause that, or a network that reads along.",
        ),
        QT_TRANSLATE_NOOP(
            "messages",
            "Check this computer’s date and time. In a company’s network, choose the file with its certificates "
            "under Settings, Network; else use another network.",
        ),
    ),
    "transport.trust_file": Message(
        _NOTHING_SENT,
        QT_TRANSLATE_NOOP("messages", "It is to say which certificates are trusted beside the system’s: {path}"),
        _CHOOSE,
    ),
    "transport.trust_file:missing": Message(
        _NOTHING_SENT,
        QT_TRANSLATE_NOOP("messages", "There is no such file (any more): {path}"),
        QT_TRANSLATE_NOOP(
            "messages",
            "Put the file back, or choose another one, or none, under Settings, Network, or in a terminal with "
            "“kraken-s3 network set --ca-file FILE”.",
        ),
    ),
    "transport.trust_file:unreadable": Message(
        _NOTHING_SENT,
        QT_TRANSLATE_NOOP("messages", "This computer does not let us read {path}."),
        QT_TRANSLATE_NOOP("messages", "Allow reading the file, or choose another one under Settings, Network."),
    ),
    "transport.trust_file:too_large": Message(
        _NOTHING_SENT,
        QT_TRANSLATE_NOOP("messages", "It is far larger than any file with certificates: {path}"),
        _CHOOSE,
    ),
    "transport.trust_file:not_pem": Message(
        _NOTHING_SENT,
        QT_TRANSLATE_NOOP("messages", "No certificate in the PEM format is in it: {path}"),
        QT_TRANSLATE_NOOP(
            "messages",
            "Ask for the file in the format PEM, which is also called Base-64; it begins with "
            "“-----BEGIN CERTIFICATE-----”.",
        ),
    ),
    "transport.trust_file:damaged": Message(
        _NOTHING_SENT,
        QT_TRANSLATE_NOOP("messages", "A certificate in it is damaged or cut short: {path}"),
        QT_TRANSLATE_NOOP("messages", "Get the file once more from who runs the network, and choose it again."),
    ),
    "transport.trust_file:no_authority": Message(
        _NOTHING_SENT,
        QT_TRANSLATE_NOOP(
            "messages", "It holds certificates of servers, but none of an authority that vouches for them: {path}"
        ),
        QT_TRANSLATE_NOOP("messages", "Ask who runs the network for the certificate of its authority, the “root”."),
    ),
    "transport.proxy": Message(
        _NOT_THROUGH,
        QT_TRANSLATE_NOOP("messages", "The proxy {proxy} gave no answer that we can use."),
        QT_TRANSLATE_NOOP("messages", "Check the proxy under Settings, Network, or ask who runs it, then retry."),
    ),
    "transport.proxy:login": Message(
        QT_TRANSLATE_NOOP("messages", "The proxy {proxy} wants a user name and a password."),
        QT_TRANSLATE_NOOP("messages", "It got none, or wrong ones, so it does not let us through to {host}."),
        QT_TRANSLATE_NOOP(
            "messages",
            "Enter them under Settings, Network, or in a terminal with "
            "“kraken-s3 network set --proxy-user NAME --proxy-password-stdin”.",
        ),
    ),
    "transport.proxy:refused": Message(
        _NOT_THROUGH,
        QT_TRANSLATE_NOOP("messages", "The proxy {proxy} refused with the status {status}."),
        QT_TRANSLATE_NOOP("messages", "Ask who runs the proxy to allow {host}, then retry."),
    ),
    "transport.proxy:unreachable": Message(
        QT_TRANSLATE_NOOP("messages", "The proxy {proxy} cannot be reached."),
        QT_TRANSLATE_NOOP("messages", "Everything to {host} has to go through it, and nobody answers there."),
        _CHECK_PROXY,
    ),
    "transport.proxy:name": Message(
        QT_TRANSLATE_NOOP("messages", "The proxy {proxy} was not found."),
        QT_TRANSLATE_NOOP(
            "messages", "Everything to {host} has to go through it, and there is no computer of that name."
        ),
        _CHECK_PROXY,
    ),
    "transport.proxy:address": Message(
        QT_TRANSLATE_NOOP("messages", "The address of the proxy cannot be used."),
        QT_TRANSLATE_NOOP("messages", "It is malformed, or of a kind other than http and SOCKS 5."),
        QT_TRANSLATE_NOOP("messages", "Correct it under Settings, Network, or where this computer’s own proxy is set."),
    ),
}

NETWORK_FINDINGS: dict[str, Message] = {
    "proxy_url.empty": Message(
        QT_TRANSLATE_NOOP("messages", "The address of the proxy is missing."),
        QT_TRANSLATE_NOOP("messages", "Everything is to go through it."),
        QT_TRANSLATE_NOOP("messages", "Enter it, such as http://proxy.example.com:3128, or choose another way."),
    ),
    "proxy_url.malformed": Message(
        QT_TRANSLATE_NOOP("messages", "“{detail}” is not the address of a proxy."),
        QT_TRANSLATE_NOOP("messages", "It has to begin with http:// or socks5:// and go on with a computer’s name."),
        QT_TRANSLATE_NOOP("messages", "Write it like http://proxy.example.com:3128."),
    ),
    "proxy_url.https": Message(
        QT_TRANSLATE_NOOP("messages", "A proxy that is itself spoken to by https cannot be used."),
        QT_TRANSLATE_NOOP(
            "messages", "What goes through an http proxy to an https address is as safe: the proxy cannot read it."
        ),
        QT_TRANSLATE_NOOP("messages", "Begin the address with http:// if the proxy allows it."),
    ),
    "proxy_url.no_port": Message(
        QT_TRANSLATE_NOOP("messages", "The port of the proxy is missing."),
        QT_TRANSLATE_NOOP("messages", "Each proxy has its own, often 3128, 8080 or 1080."),
        QT_TRANSLATE_NOOP("messages", "Add it behind a colon, as in http://proxy.example.com:3128."),
    ),
    "proxy_url.extra_parts": Message(
        QT_TRANSLATE_NOOP("messages", "The address of a proxy ends with its port."),
        QT_TRANSLATE_NOOP("messages", "“{detail}” means nothing to it."),
        QT_TRANSLATE_NOOP("messages", "Remove “{detail}”."),
    ),
    "proxy_url.user_info": Message(
        QT_TRANSLATE_NOOP("messages", "User name and password do not belong into the address."),
        QT_TRANSLATE_NOOP("messages", "The address is kept in a file; a password never is."),
        QT_TRANSLATE_NOOP("messages", "Remove everything before the @, and enter user and password by themselves."),
    ),
    "proxy_user.colon": Message(
        QT_TRANSLATE_NOOP("messages", "The user name must not hold a colon."),
        QT_TRANSLATE_NOOP("messages", "A proxy takes what follows it for the password."),
        QT_TRANSLATE_NOOP("messages", "Enter only the user name here."),
    ),
    "proxy_user.characters": Message(
        QT_TRANSLATE_NOOP("messages", "The user name holds a character that cannot be sent."),
        QT_TRANSLATE_NOOP("messages", "A line end or another control character is among them."),
        QT_TRANSLATE_NOOP("messages", "Enter it anew."),
    ),
    "upload_limit.too_low": Message(
        QT_TRANSLATE_NOOP("messages", "{detail} is too slow for uploads."),
        QT_TRANSLATE_NOOP("messages", "Servers give up an upload that hardly moves."),
        QT_TRANSLATE_NOOP("messages", "Allow at least 10 kB/s."),
    ),
    "ca_file.not_absolute": Message(
        QT_TRANSLATE_NOOP("messages", "“{detail}” is not the whole path of a file."),
        QT_TRANSLATE_NOOP("messages", "It has to begin at the root of a disk, or it would be another file elsewhere."),
        QT_TRANSLATE_NOOP("messages", "Choose the file, or write its whole path."),
    ),
    "ca_file.expired": Message(
        QT_TRANSLATE_NOOP("messages", "A certificate in the file has expired: {detail}"),
        QT_TRANSLATE_NOOP("messages", "Nothing that it vouches for is trusted any more."),
        QT_TRANSLATE_NOOP("messages", "Ask who runs the network for a newer file."),
    ),
}

NETWORK_FIELDS: dict[str, str] = {
    "proxy_url": QT_TRANSLATE_NOOP("messages", "Address of the proxy"),
    "proxy_user": QT_TRANSLATE_NOOP("messages", "User of the proxy"),
    "upload_limit": QT_TRANSLATE_NOOP("messages", "Upload speed"),
    "ca_file": QT_TRANSLATE_NOOP("messages", "Additional certificates"),
}
