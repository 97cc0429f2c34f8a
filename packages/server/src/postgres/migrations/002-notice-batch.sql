-- Notices accepted and not yet in the job queue: one row for each group commit, gone within milliseconds. A batch holds ids
-- of many accounts and no user's query reads it, so it has no account_id and no row-level security.
create table notice_batch (
  batch_id bigint generated always as identity primary key,
  jobs jsonb not null
);
