-- Connections revoked together: whom it concerned, what was done, and what is still to do. Their secrets are not here:
-- they are deleted by the transaction that writes these rows.
create table revocation (
  account_id uuid not null references account on delete cascade,
  revocation_id uuid not null,
  scope_kind text not null check (scope_kind in ('connection', 'group', 'tenant')),
  scope_id text not null check (length(scope_id) <= 320),
  provider text,
  state text not null check (state in ('deleting', 'removing', 'telling', 'done')),
  created_by uuid not null,
  created_at timestamptz not null,
  secrets_deleted_at timestamptz,
  touched_at timestamptz not null,
  ended_at timestamptz,
  primary key (account_id, revocation_id)
);
create index revocation_by_touch on revocation (touched_at) where state <> 'done';

create table revocation_step (
  account_id uuid not null,
  revocation_id uuid not null,
  connection_id uuid not null,
  user_id uuid not null,
  provider text not null,
  state text not null check (state in ('waiting', 'removed', 'done')),
  farewell jsonb,
  subscriptions_stopped integer not null check (subscriptions_stopped >= 0),
  subscriptions_left integer not null check (subscriptions_left >= 0),
  grant_outcome text check (grant_outcome in ('revoked', 'not-possible', 'not-confirmed', 'reconnected')),
  primary key (account_id, revocation_id, connection_id),
  foreign key (account_id, revocation_id) references revocation on delete cascade,
  foreign key (account_id, user_id) references app_user on delete cascade
);
create index revocation_step_by_state on revocation_step (account_id, revocation_id, state, connection_id);
create index rollout_step_with_secret on rollout_step (account_id, user_id)
  where sealed_secret is not null or sealed_access_token is not null;

alter table revocation enable row level security;
alter table revocation force row level security;
create policy by_account on revocation
  using (current_setting('kalends.account_id', true) = 'system' or account_id::text = current_setting('kalends.account_id', true));
alter table revocation_step enable row level security;
alter table revocation_step force row level security;
create policy by_account on revocation_step
  using (current_setting('kalends.account_id', true) = 'system' or account_id::text = current_setting('kalends.account_id', true));
