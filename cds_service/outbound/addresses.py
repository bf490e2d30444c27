"""Which addresses of the network may be connected to, whatever a registered name leads to.

Only addresses of registered servers are ever asked for, but a name may lead anywhere, and elsewhere tomorrow. So the address that is
connected to is judged, after the name is looked up and with no second look-up behind it:

- never a link-local, multicast, unspecified or reserved address, nor those at which clouds keep a machine's own credentials;
- this machine only where the site registered it as such (``localhost``, ``127.0.0.1``, ``[::1]``);
- anything else, private networks included: that is where EHRs are.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

# Instance metadata at addresses that are not link-local: Alibaba, Oracle, Azure, AWS over IPv6
_METADATA = frozenset(map(ip_address, ("100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254")))
_TRANSLATED = IPv6Network("64:ff9b::/96")  # NAT64: the last four bytes are an IPv4 address (RFC 6052)


def may_connect(host: str, address: str) -> bool:
    """Whether the ``address`` that ``host`` leads to may be connected to."""
    found = _meant(ip_address(address.partition("%")[0]))
    if found.is_loopback:
        return is_this_machine(host)
    return not (found.is_link_local or found.is_multicast or found.is_unspecified or _is_reserved(found) or found in _METADATA)


def is_this_machine(host: str) -> bool:
    """Whether a host is written as this machine, and does not only lead there."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost":
        return True
    try:
        return _meant(ip_address(name)).is_loopback
    except ValueError:
        return False


def _meant(address: Address) -> Address:
    """The IPv4 address inside an IPv6 address that only wraps one."""
    if isinstance(address, IPv4Address):
        return address
    if address in _TRANSLATED:
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or address


def _is_reserved(address: Address) -> bool:
    return address.is_reserved or (isinstance(address, IPv4Address) and address.packed[0] == 0)
