"""Webhooks' pure parts: the signature, the addresses, the times of attempts."""

from ipaddress import ip_address, ip_network

import pytest

from fitserve_service.webhooks.addresses import may_reach
from fitserve_service.webhooks.schedule import CAP_SECONDS, MOST_ATTEMPTS, again_in, retry_after
from fitserve_service.webhooks.signing import headers


class TestHeaders:
    def test_are_those_of_the_standards_example(self) -> None:
        """From the README of Standard Webhooks' reference libraries."""
        received = headers(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            b'{"test": 2432232314}',
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        )
        assert received["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


class TestMayReach:
    @pytest.mark.parametrize(
        ("address", "public"),
        [
            ("93.184.215.14", True),
            ("2606:4700::1111", True),
            ("127.0.0.1", False),
            ("0.0.0.0", False),
            ("10.0.0.1", False),
            ("100.64.0.1", False),
            ("169.254.169.254", False),
            ("192.168.1.1", False),
            ("224.0.0.1", False),
            ("255.255.255.255", False),
            ("::", False),
            ("::1", False),
            ("fe80::1", False),
            ("fc00::1", False),
            ("ff0e::1", False),
            ("::ffff:127.0.0.1", False),
            ("::ffff:93.184.215.14", True),
            ("2002:7f00:1::", False),  # 6to4 of 127.0.0.1
            ("64:ff9b::a00:1", False),  # NAT64 of 10.0.0.1
            ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),  # Teredo
        ],
    )
    def test_is_public_addresses_alone(self, address: str, public: bool) -> None:
        assert may_reach(ip_address(address), []) is public

    def test_and_those_of_allowed_networks(self) -> None:
        allowed = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]
        assert may_reach(ip_address("10.9.8.7"), allowed)
        assert may_reach(ip_address("::ffff:10.9.8.7"), allowed)
        assert may_reach(ip_address("fd00::1"), allowed)
        assert not may_reach(ip_address("127.0.0.1"), allowed)


class TestSchedule:
    def test_grows_to_the_cap_and_ends(self) -> None:
        delays = [again_in(attempt, 0.0) for attempt in range(1, MOST_ATTEMPTS)]
        assert delays[:3] == [5.0, 20.0, 80.0]
        assert delays[-1] == CAP_SECONDS
        assert delays == sorted(delays)
        assert again_in(MOST_ATTEMPTS, 0.0) is None
        # Long enough for a weekend's half, and for whoever looks after the receiver.
        assert 24 * 3_600 < sum(filter(None, delays)) < 48 * 3_600

    def test_jitter_takes_off_up_to_half(self) -> None:
        assert again_in(2, 0.5) == 15.0

    def test_waits_as_long_as_the_receiver_asks_up_to_the_cap(self) -> None:
        assert again_in(1, 0.0, asked=600.0) == 600.0
        assert again_in(1, 0.0, asked=1e9) == CAP_SECONDS
        assert retry_after(" 120") == 120.0
        assert retry_after("soon") is None
        assert retry_after(None) is None
