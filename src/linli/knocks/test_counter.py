"""Under a clock that moves, the counter lets in what a plain list of knocks would let in."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from linli.errors import NotFound
from linli.knocks.counter import Knock, forget, forgive, guessing, knock, look
from linli.knocks.rates import Rate, TooOften

AT = 1_600_000_000.0
STILL = Rate("door", 3, 60)


@dataclass
class Bucket:
    """The same rate by hand: a bucket that drains evenly, in milliseconds of weight."""

    rate: Rate
    weight_ms: int = 0
    at_ms: int = 0
    let_in_ms: list[int] = field(default_factory=list)

    def knock(self, now_ms: int) -> bool:
        self.weight_ms = max(0, self.weight_ms - (now_ms - self.at_ms))
        self.at_ms = now_ms
        each = self.rate.span_s * 1000 // self.rate.most
        if self.weight_ms + each > each * self.rate.most:
            return False
        self.weight_ms += each
        self.let_in_ms.append(now_ms)
        return True


@pytest.mark.db
class TestMovingClock(TestCase):
    @given(
        most=st.integers(1, 6),
        span_s=st.sampled_from([60, 3600, 86_400]),
        pauses=st.lists(st.integers(0, 40_000_000) | st.integers(0, 20_000), max_size=25),
    )
    def test_who_is_let_in_is_who_the_bucket_lets_in(self, most, span_s, pauses):
        rate = Rate("door", most, span_s)
        bucket, now_ms = Bucket(rate), int(AT * 1000)

        for pause in pauses:
            now_ms += pause
            wanted = bucket.knock(now_ms)
            try:
                knock(rate, "somebody", wall=now_ms / 1000)
                assert wanted
            except TooOften as refused:
                assert not wanted
                knock_at = now_ms + refused.wait_s * 1000
                look(rate, "somebody", wall=knock_at / 1000)  # the wait that was told is enough
                with pytest.raises(TooOften):
                    look(rate, "somebody", wall=(knock_at - 2000) / 1000)  # and no longer than it

        for start in bucket.let_in_ms:  # whatever the pauses: at most twice as many in any span
            within = [t for t in bucket.let_in_ms if start <= t < start + span_s * 1000]
            assert len(within) <= 2 * most

    @given(n=st.integers(0, 6))
    def test_looking_and_being_refused_cost_nothing(self, n):
        for _ in range(3):
            knock(STILL, "somebody", wall=AT)
        before = Knock.objects.get().weighs_until_ms

        for _ in range(n):
            with pytest.raises(TooOften):
                knock(STILL, "somebody", wall=AT)

        assert Knock.objects.get().weighs_until_ms == before


@pytest.mark.db
@pytest.mark.django_db
def test_senders_and_doors_are_counted_apart():
    for _ in range(3):
        knock(STILL, "one", wall=AT)

    knock(STILL, "other", wall=AT)
    knock(Rate("gate", 3, 60), "one", wall=AT)

    with pytest.raises(TooOften):
        knock(STILL, "one", wall=AT)


@pytest.mark.django_db
def test_what_was_right_is_given_back():
    for _ in range(10):
        knock(STILL, "one", wall=AT)
        forgive(STILL, "one")


@pytest.mark.db
@pytest.mark.django_db
def test_only_a_wrong_guess_counts_and_too_many_shut_out_even_the_right_one():
    for _ in range(10):
        with guessing(STILL, "one", NotFound):
            pass
    for _ in range(3):
        with pytest.raises(NotFound), guessing(STILL, "one", NotFound):
            raise NotFound(what="token", value="x")

    with pytest.raises(TooOften), guessing(STILL, "one", NotFound):
        pytest.fail("It was asked.")
    with guessing(STILL, "one", NotFound, right_passes=True):
        pass


@pytest.mark.db
@pytest.mark.django_db
def test_what_weighs_nothing_any_more_is_forgotten():
    knock(STILL, "old", wall=AT)
    knock(STILL, "new", wall=AT + 50)

    assert forget(wall=AT + 30) == 1
    assert Knock.objects.get().key == "door:new"


@pytest.mark.django_db
def test_a_rate_that_is_off_counts_nothing():
    knock(None, "one")
    look(None, "one")
    forgive(None, "one")

    assert not Knock.objects.exists()
