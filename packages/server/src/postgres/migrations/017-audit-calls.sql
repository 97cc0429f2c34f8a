-- For which call something was done, which fields an entry's hash is of, and the service's signature. The log's trigger
-- refuses changes of rows, not of the table: entries that are there are of format 1, without call or signature.
alter table audit
  add column call text check (length(call) between 1 and 120),
  add column format smallint not null default 1 check (format in (1, 2)),
  add column signature bytea check (length(signature) = 64);

-- The log is looked through by reason, too, and by time.
create index audit_by_reason on audit (account_id, reason, sequence);
create index audit_by_time on audit (account_id, at);
