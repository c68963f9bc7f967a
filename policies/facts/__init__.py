"""Facts of accounting: what pure functions measure of an invoice; the rules beside them judge."""
