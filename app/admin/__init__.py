"""The operator's pages across slices: audit log, outbox with replay, mails that were sent."""
