-- Content-free counts for the pictures of an organisation: minutes, which become hours after a day and days after a
-- month, and are deleted after a year. No row names a user, a calendar or an event.
create table figure (
  account_id uuid not null references account on delete cascade,
  measure text not null check (length(measure) <= 40),
  at timestamptz not null,
  provider text not null check (length(provider) <= 40),
  slot smallint not null check (slot between 0 and 63),
  grain text not null check (grain in ('minute', 'hour', 'day')),
  count bigint not null,
  primary key (account_id, measure, at, provider, slot, grain)
);
create index figure_by_age on figure (grain, at);

alter table figure enable row level security;
alter table figure force row level security;
create policy by_account on figure using (current_setting('kalends.account_id', true) = 'system' or account_id::text = current_setting('kalends.account_id', true));
