CREATE TABLE document (
  seq INTEGER PRIMARY KEY,
  partition TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  schema INTEGER NOT NULL,
  op TEXT NOT NULL,
  parent TEXT,
  state TEXT,
  sort INTEGER,
  due_at INTEGER,
  body TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX document_id ON document (partition, id);
CREATE INDEX document_parent ON document (partition, parent, kind, sort, id) WHERE parent IS NOT NULL;
CREATE INDEX document_state ON document (partition, kind, state, sort) WHERE state IS NOT NULL;
CREATE INDEX document_sort ON document (partition, kind, sort) WHERE state IS NOT NULL;
CREATE INDEX document_due ON document (kind, due_at, seq) WHERE due_at IS NOT NULL;
CREATE INDEX document_kind ON document (partition, kind, id) WHERE parent IS NULL AND state IS NULL AND due_at IS NULL;
