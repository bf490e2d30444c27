"""Where a registered name may lead."""

import pytest

from cds_service.outbound.addresses import is_this_machine, may_connect


@pytest.mark.parametrize(
    ("address", "permitted", "comment"),
    [
        ("203.0.113.7", True, "public"),
        ("2001:db8::1", True, "public, IPv6"),
        ("10.1.2.3", True, "private: that is where EHRs are"),
        ("172.16.0.1", True, "private"),
        ("192.168.1.1", True, "private"),
        ("100.64.0.1", True, "carrier's network"),
        ("fd12:3456::1", True, "private, IPv6"),
        ("64:ff9b::a01:203", True, "10.1.2.3 through NAT64"),
        ("127.0.0.1", False, "this machine"),
        ("127.9.9.9", False, "this machine"),
        ("::1", False, "this machine, IPv6"),
        ("::ffff:127.0.0.1", False, "this machine, wrapped"),
        ("169.254.169.254", False, "metadata of a cloud"),
        ("::ffff:169.254.169.254", False, "the same, wrapped"),
        ("64:ff9b::a9fe:a9fe", False, "the same, through NAT64"),
        ("2002:a9fe:a9fe::1", False, "the same, through 6to4"),
        ("169.254.0.9", False, "link-local"),
        ("fe80::1%eth0", False, "link-local, IPv6"),
        ("fd00:ec2::254", False, "metadata over IPv6"),
        ("100.100.100.200", False, "metadata"),
        ("168.63.129.16", False, "metadata"),
        ("192.0.0.192", False, "metadata"),
        ("0.0.0.0", False, "unspecified"),
        ("0.1.2.3", False, "this network"),
        ("::", False, "unspecified, IPv6"),
        ("::7f00:1", False, "this machine in a form of old"),
        ("224.0.0.1", False, "multicast"),
        ("ff02::1", False, "multicast, IPv6"),
        ("255.255.255.255", False, "broadcast"),
        ("240.0.0.1", False, "reserved"),
    ],
)
def test_where_a_name_may_lead(address, permitted, comment):
    assert may_connect("fhir.example.org", address) is permitted, comment


@pytest.mark.parametrize(
    ("host", "address", "permitted"),
    [
        ("localhost", "127.0.0.1", True),
        ("localhost", "::1", True),
        ("LOCALHOST.", "127.0.0.1", True),
        ("127.0.0.1", "127.0.0.1", True),
        ("[::1]", "::1", True),
        ("localhost", "169.254.169.254", False),
        ("169.254.169.254", "169.254.169.254", False),
        ("0.0.0.0", "0.0.0.0", False),
    ],
)
def test_what_the_site_wrote_counts_for_this_machine_alone(host, address, permitted):
    assert may_connect(host, address) is permitted


@pytest.mark.parametrize("host", ["localhost.example.org", "10.0.0.1", "127.0.0.1.example.org", ""])
def test_what_only_looks_like_this_machine(host):
    assert not is_this_machine(host)
