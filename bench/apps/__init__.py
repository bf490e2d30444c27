"""The servers that ours is compared with; each answers the same hook calls."""
