"""Rows of the history: entries, the images below open ones, and how one list becomes another."""

from __future__ import annotations

import random

import pytest

from kraken_desktop.gui.history.rows import MOST_RANGES, Change, Rows, change_between


def told(rows: Rows) -> list[tuple[int, int | None]]:
    return [(rows.number(row), rows.at(row)[1]) for row in range(len(rows))]


def test_without_open_entries_a_row_is_an_entry() -> None:
    rows = Rows([30, 20, 10])
    assert told(rows) == [(30, None), (20, None), (10, None)]
    assert [rows.row_of(number) for number in (30, 10, 5)] == [0, 2, None]


def test_images_follow_their_entry() -> None:
    rows = Rows([30, 20, 10])
    rows.open(10, 1)
    rows.open(30, 2)
    assert told(rows) == [(30, None), (30, 0), (30, 1), (20, None), (10, None), (10, 0)]
    assert [rows.row_of(number) for number in (30, 20, 10)] == [0, 3, 4]
    assert rows.row_at(3) == 6
    assert rows.image_rows == [1, 2, 5]
    assert rows.images_below(30) == 2
    rows.close(30)
    assert told(rows) == [(30, None), (20, None), (10, None), (10, 0)]


def test_what_is_open_stays_open_when_others_come_and_go() -> None:
    rows = Rows([30, 20, 10])
    rows.open(20, 1)
    rows.replace(0, 0, [50, 40])
    assert told(rows) == [(50, None), (40, None), (30, None), (20, None), (20, 0), (10, None)]
    rows.replace(3, 4, ())
    assert told(rows) == [(50, None), (40, None), (30, None), (10, None)]
    assert rows.image_rows == []


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ((), (), Change(gone=(), come=())),
        ((2, 1), (4, 3, 2, 1), Change(gone=(), come=((0, 1),))),
        ((4, 3, 2, 1), (4, 1), Change(gone=((1, 2),), come=())),
        ((4, 3, 2, 1), (5, 4, 2, 1), Change(gone=((1, 1),), come=((0, 0),))),
        ((1, 2), (2, 1), None),
    ],
)
def test_change(old: tuple[int, ...], new: tuple[int, ...], change: Change | None) -> None:
    assert change_between(old, new) == change


def test_too_many_pieces_are_another_list() -> None:
    old = tuple(range(4 * MOST_RANGES))
    assert change_between(old, old[::2]) is None
    assert change_between(old, old[MOST_RANGES:]) is not None


@pytest.mark.parametrize("seed", range(20))
def test_a_change_leads_to_the_new_list(seed: int) -> None:
    dice = random.Random(seed)
    old = tuple(dice.sample(range(1000), 40))
    kept = [number for number in old if dice.random() < 0.8]
    for number in range(2000, 2010):
        kept.insert(dice.randrange(len(kept) + 1), number)
    change = change_between(old, tuple(kept))
    assert change is not None
    rows = Rows(old)
    for first, last in reversed(change.gone):
        rows.replace(first, last + 1, ())
    for first, last in change.come:
        rows.replace(first, first, kept[first : last + 1])
    assert list(rows.numbers) == kept
