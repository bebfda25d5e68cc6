"""The tree of RFC 9162: published roots, growing leaf by leaf, and the bytes of an entry."""

from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advocacy.points.tree import (
    BEFORE_THE_FIRST,
    Tree,
    chained,
    entry_bytes,
    leaf_hash,
    node_hash,
    packed,
    unpacked,
)

# The leaves and roots that implementations of Certificate Transparency are tested with.
LEAVES = (
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def test_the_published_roots() -> None:
    tree = Tree()
    roots = [tree.root]
    for leaf in LEAVES:
        tree.add(leaf_hash(bytes.fromhex(leaf)))
        roots.append(tree.root)
    assert tuple(roots) == ROOTS


def plainly(leaves: list[bytes]) -> bytes:
    """Return the root as the RFC defines it."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return node_hash(plainly(leaves[:half]), plainly(leaves[half:]))


@given(st.lists(st.binary(max_size=3), max_size=70), st.integers(0, 70))
def test_a_tree_that_grows_is_the_one_that_the_rfc_defines(leaves: list[bytes], at: int) -> None:
    """Also when it is laid aside in between, with no more than its peaks."""
    tree = Tree()
    for leaf in leaves[:at]:
        tree.add(leaf_hash(leaf))
    tree = Tree(tree.size, tree.peaks)
    for leaf in leaves[at:]:
        tree.add(leaf_hash(leaf))
    assert tree.root == plainly(leaves).hex()
    assert len(tree.peaks) <= 32 * len(leaves).bit_length()


@pytest.mark.parametrize(("size", "peaks"), [(1, b""), (0, b"x"), (3, b"x" * 32), (-1, b"x" * 32)])
def test_what_are_no_peaks_of_so_many_leaves_is_refused(size: int, peaks: bytes) -> None:
    with pytest.raises(ValueError, match="no tops"):
        Tree(size, peaks)


def test_the_bytes_of_an_entry() -> None:
    values = [812, 7, "2026-11", date(2026, 11, 3), 31, "week", "seen", 8, "called", "advocate", 90]
    at = datetime(2026, 11, 3, 10, 30, tzinfo=UTC)
    written = (
        b'[812,7,"2026-11","2026-11-03",31,"week","seen",8,"called","advocate",90,'
        b'"2026-11-03T10:30:00.000000+00:00"]'
    )
    assert entry_bytes([*values, at]) == written
    elsewhere = at.astimezone(timezone(timedelta(hours=2)))
    assert entry_bytes([*values, elsewhere]) == written
    assert entry_bytes([None, "é"]) == b'[null,"\\u00e9"]'


def test_the_chain_can_be_made_again_by_a_shell() -> None:
    line = f"{BEFORE_THE_FIRST} 2026-10 8 {ROOTS[8]}"
    assert chained(BEFORE_THE_FIRST, "2026-10", 8, ROOTS[8]) == sha256(line.encode()).hexdigest()


def test_numbers_and_hashes_are_kept_as_they_are() -> None:
    leaves = [(1, leaf_hash(b"a")), (2**31, leaf_hash(b"b"))]
    assert list(unpacked(packed(leaves))) == leaves
    assert list(unpacked(packed(leaves)[:-1])) == leaves[:1]
