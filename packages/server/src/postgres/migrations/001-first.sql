-- Everything that Kalends keeps. What each column is for: docs/data-at-rest.md (a test compares the two).
-- account_id leads every primary key, so that the tables can be distributed by account, and every table has row-level
-- security by account as a second fence behind the queries themselves.

create table account (
  account_id uuid primary key,
  name text not null check (length(name) between 1 and 120),
  created_at timestamptz not null
);

create table app_user (
  account_id uuid not null references account on delete cascade,
  user_id uuid not null,
  email text not null check (email = lower(email) and length(email) <= 254),
  display_name text not null check (length(display_name) between 1 and 120),
  role text not null check (role in ('administrator', 'user')),
  password_hash text not null,
  created_at timestamptz not null,
  primary key (account_id, user_id),
  unique (account_id, email)
);
create index app_user_by_email on app_user (email);

create table session (
  account_id uuid not null,
  session_id uuid not null,
  user_id uuid not null,
  token_hash bytea not null check (length(token_hash) = 32),
  device_name text not null check (length(device_name) <= 120),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (account_id, session_id),
  foreign key (account_id, user_id) references app_user on delete cascade
);
create index session_by_token on session (token_hash);
create index session_by_expiry on session (expires_at);
create index session_by_user on session (account_id, user_id);

create table data_key (
  account_id uuid not null references account on delete cascade,
  key_version integer not null check (key_version > 0),
  wrapped_key bytea not null,
  custody_key_id text not null,
  commitment bytea not null check (length(commitment) = 32),
  created_at timestamptz not null,
  primary key (account_id, key_version)
);

create table connection (
  account_id uuid not null,
  connection_id uuid not null,
  user_id uuid not null,
  provider text not null,
  permission text not null check (permission in ('read', 'read-write')),
  state text not null check (state in ('connecting', 'healthy', 'unreachable', 'needs-reauth', 'needs-consent', 'disabled')),
  subject_email text,
  subject_id text not null,
  tenant_id text,
  created_at timestamptz not null,
  last_ok_at timestamptz,
  problem_kind text,
  problem_code text,
  problem_at timestamptz,
  primary key (account_id, connection_id),
  unique (account_id, user_id),
  foreign key (account_id, user_id) references app_user on delete cascade
);
create index connection_by_tenant on connection (provider, tenant_id) where tenant_id is not null;

create table credential (
  account_id uuid not null,
  credential_id uuid not null,
  connection_id uuid not null,
  version integer not null check (version > 0),
  sealed_secret bytea not null,
  secret_kind text not null check (secret_kind in ('refresh-token', 'password')),
  sealed_access_token bytea,
  access_expires_at timestamptz,
  refresh_expires_at timestamptz,
  used_at timestamptz not null,
  primary key (account_id, credential_id),
  unique (account_id, connection_id),
  foreign key (account_id, connection_id) references connection on delete cascade
);
create index credential_by_use on credential (used_at);

create table calendar (
  account_id uuid not null,
  calendar_id uuid not null,
  connection_id uuid not null,
  provider_calendar_id text not null,
  is_primary boolean not null,
  can_write boolean not null,
  cursor text,
  is_first_listing boolean not null,
  cursor_window_starts_at timestamptz,
  cursor_window_ends_at timestamptz,
  due_at timestamptz not null,
  last_pass_at timestamptz,
  changed_at timestamptz,
  failure_count integer not null check (failure_count >= 0),
  primary key (account_id, calendar_id),
  unique (account_id, connection_id, provider_calendar_id),
  foreign key (account_id, connection_id) references connection on delete cascade
);
create index calendar_by_due on calendar (due_at);

create table subscription (
  account_id uuid not null,
  subscription_id uuid not null,
  calendar_id uuid not null,
  provider text not null,
  provider_subscription_id text not null,
  provider_resource_id text,
  expires_at timestamptz not null,
  renew_at timestamptz not null,
  created_at timestamptz not null,
  primary key (account_id, subscription_id),
  foreign key (account_id, calendar_id) references calendar on delete cascade
);
create index subscription_by_calendar on subscription (account_id, calendar_id);
create index subscription_by_renewal on subscription (renew_at);

create table audit (
  account_id uuid not null references account on delete cascade,
  sequence bigint not null check (sequence > 0),
  at timestamptz not null,
  actor_kind text not null check (actor_kind in ('user', 'service')),
  actor text not null,
  action text not null,
  subject_id text not null,
  reason text not null,
  previous_hash bytea not null,
  hash bytea not null,
  primary key (account_id, sequence)
);

-- The second fence. 'kalends.account_id' is set for each transaction; 'system' sees across accounts and is used by
-- sign-in and timers alone (postgres/system-tables.ts).
do $$
declare
  name text;
begin
  foreach name in array array['account', 'app_user', 'session', 'data_key', 'connection', 'credential', 'calendar', 'subscription', 'audit'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format(
      'create policy by_account on %I using (current_setting(''kalends.account_id'', true) = ''system'' or account_id::text = current_setting(''kalends.account_id'', true))',
      name
    );
  end loop;
end
$$;

-- The log only grows.
create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is append-only';
end
$$;
create trigger audit_is_append_only before update or delete or truncate on audit for each statement execute function refuse_audit_change();
