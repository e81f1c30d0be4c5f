-- Seconds since 1970, by the database's own clock.
ALTER TABLE document ADD COLUMN expires_at INTEGER;
CREATE INDEX document_expiry ON document (expires_at) WHERE expires_at IS NOT NULL;
