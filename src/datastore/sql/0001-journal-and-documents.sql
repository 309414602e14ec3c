-- Entries are encrypted, so compressing them is work for nothing: storage is external.
create table tacklebox.journal (
  task_id text collate "C" not null,
  ordinal integer not null check (ordinal >= 0),
  entry bytea not null,
  primary key (task_id, ordinal)
);
alter table tacklebox.journal alter column entry set storage external;

create table tacklebox.document (
  collection text collate "C" not null,
  key text collate "C" not null,
  value bytea not null,
  primary key (collection, key)
);
alter table tacklebox.document alter column value set storage external;
