"""Every fact about sealed captures. Audience and sentence as in `signoff.facts`."""
