"""How the gateway's list() walks an address space, with what it cannot do."""
# SPDX-License-Identifier: Apache-2.0
import re


def wildcard(pattern):
    """The gateway's patterns: case does not matter; other characters of a regular expression keep their meaning."""
    translated = "".join({".": r"\.", "*": ".*", "?": ".", "!": "^"}.get(c, c) for c in pattern)
    return re.compile(f"^{translated}$", re.IGNORECASE)


def browse(root, path, recursive):
    """[(name of a branch or id of an item, kind)] that one path finds."""
    return _walk(root, re.split(r"[./]", path), recursive)


def browse_flat(items, path):
    """The same, with the pattern against the ids of the whole server."""
    matches = wildcard(path).match
    return [(item_id, "Leaf") for item_id in sorted(items) if matches(item_id)]


def _walk(node, segments, recursive):
    for at, segment in enumerate(segments):
        if "*" in segment:
            return _match(node, segment, segments[at + 1:], recursive)
        child = node.branches.get(segment)
        if child is None and at + 1 < len(segments):
            return []
        if child is None:
            # Python 2's string.join stands in the way of a full path of a leaf.
            raise AttributeError("module 'string' has no attribute 'join'")
        node = child
    return _match(node, "*", [], recursive)


def _match(node, pattern, rest, recursive):
    """A node with both branches and leaves shows its branches alone; the rest of a path counts only when recursive."""
    matches = wildcard(pattern).match
    if not node.branches:
        return [(node.leaves[name], "Leaf") for name in sorted(node.leaves) if matches(name)]
    branches = [name for name in sorted(node.branches) if matches(name)]
    if not recursive:
        return [(name, "Branch") for name in branches]
    return [found for name in branches for found in _walk(node.branches[name], rest or ["*"], True)]
