-- A destroyed data key leaves its row behind, so that it is known which key-encryption key a copy of it in a backup is under.
alter table data_key add column destroyed_at timestamptz;
alter table data_key add constraint data_key_destroyed_check check ((destroyed_at is null) = (length(wrapped_key) > 0));
create index data_key_by_custody on data_key (custody_key_id);

-- The work on an account's keys: wrapping them anew, sealing everything under the newest, destroying the old ones.
create table key_work (
  account_id uuid not null references account on delete cascade,
  state text not null check (state in ('running', 'paused', 'done')),
  started_by uuid,
  started_at timestamptz not null,
  touched_at timestamptz not null,
  ended_at timestamptz,
  total integer not null check (total >= 0),
  done integer not null check (done >= 0),
  failed integer not null check (failed >= 0),
  place text not null check (place in ('credential', 'tenant-connection', 'rollout-step')),
  after_id text,
  primary key (account_id)
);
create index key_work_by_touch on key_work (touched_at) where state = 'running';

alter table key_work enable row level security;
alter table key_work force row level security;
create policy by_account on key_work using (current_setting('kalends.account_id', true) = 'system' or account_id::text = current_setting('kalends.account_id', true));
