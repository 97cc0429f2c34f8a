-- An administrator's connection opens the calendars of a whole organisation. The connections of its people refer to it
-- and have no secret of their own.
create table tenant_connection (
  account_id uuid not null references account on delete cascade,
  tenant_connection_id uuid not null,
  provider text not null,
  method text not null check (length(method) <= 40),
  permission text not null check (permission in ('read', 'read-write')),
  tenant_id text not null check (length(tenant_id) <= 320),
  identity text not null check (length(identity) <= 320),
  sealed_secret bytea not null,
  version integer not null check (version > 0),
  secret_expires_at timestamptz,
  created_at timestamptz not null,
  last_ok_at timestamptz,
  problem_kind text,
  problem_code text,
  problem_at timestamptz,
  primary key (account_id, tenant_connection_id),
  unique (account_id, provider, tenant_id)
);

alter table connection add column tenant_connection_id uuid;
alter table connection add constraint connection_of_tenant
  foreign key (account_id, tenant_connection_id) references tenant_connection;
create index connection_by_tenant_connection on connection (account_id, tenant_connection_id)
  where tenant_connection_id is not null;

alter table credential drop constraint credential_secret_kind_check;
alter table credential add constraint credential_secret_kind_check
  check (secret_kind in ('refresh-token', 'password', 'tenant'));

-- Work over many people, one step for each; where it stands is known whatever dies in between.
create table rollout (
  account_id uuid not null references account on delete cascade,
  rollout_id uuid not null,
  kind text not null check (kind in ('connect', 'migrate')),
  state text not null check (state in ('checking', 'checked', 'running', 'done', 'undoing', 'undone', 'stopped')),
  tenant_connection_id uuid not null,
  permission text not null check (permission in ('read', 'read-write')),
  created_by uuid not null,
  created_at timestamptz not null,
  touched_at timestamptz not null,
  ended_at timestamptz,
  primary key (account_id, rollout_id),
  foreign key (account_id, tenant_connection_id) references tenant_connection on delete cascade
);
create index rollout_by_touch on rollout (touched_at) where state in ('checking', 'running', 'undoing');

create table rollout_step (
  account_id uuid not null,
  rollout_id uuid not null,
  user_id uuid not null,
  state text not null check (state in ('waiting', 'checked', 'done', 'skipped', 'failed', 'undone')),
  problem_kind text,
  problem_code text,
  tried_at timestamptz,
  attempts integer not null check (attempts >= 0),
  found jsonb,
  kept jsonb,
  sealed_secret bytea,
  sealed_access_token bytea,
  primary key (account_id, rollout_id, user_id),
  foreign key (account_id, rollout_id) references rollout on delete cascade,
  foreign key (account_id, user_id) references app_user on delete cascade
);
create index rollout_step_by_state on rollout_step (account_id, rollout_id, state);

do $$
declare
  name text;
begin
  foreach name in array array['tenant_connection', 'rollout', 'rollout_step'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format(
      'create policy by_account on %I using (current_setting(''kalends.account_id'', true) = ''system'' or account_id::text = current_setting(''kalends.account_id'', true))',
      name
    );
  end loop;
end
$$;
