-- Until when an integration that was never read is tried again by itself; null in any other state.
ALTER TABLE standing ADD COLUMN until BIGINT;
