"""Measurements: each prints its figures as ratios against a named peer, in one run."""
