-- A change of policy, with what was said before: connections that it is at odds with are removed in the background, and
-- until then it can be taken back.
create table policy_change (
  account_id uuid not null references account on delete cascade,
  change_id uuid not null,
  state text not null check (state in ('waiting', 'running', 'done', 'undone')),
  edits jsonb not null,
  created_by uuid not null,
  created_at timestamptz not null,
  runs_at timestamptz not null,
  touched_at timestamptz not null,
  ended_at timestamptz,
  concerned integer not null check (concerned >= 0),
  disconnected integer not null check (disconnected >= 0),
  primary key (account_id, change_id)
);
create index policy_change_by_touch on policy_change (touched_at) where state in ('waiting', 'running');

-- Why somebody's calendar was disconnected, until they connect one again.
create table policy_notice (
  account_id uuid not null,
  user_id uuid not null,
  change_id uuid not null,
  provider text not null,
  cause text not null check (length(cause) <= 40),
  at timestamptz not null,
  primary key (account_id, user_id),
  foreign key (account_id, user_id) references app_user on delete cascade
);

-- With which somebody sets a new password, once.
create table password_link (
  account_id uuid not null,
  user_id uuid not null,
  token_hash bytea not null unique,
  created_by uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (account_id, user_id),
  foreign key (account_id, user_id) references app_user on delete cascade
);

-- Who is suspended signs in nowhere.
alter table app_user add column suspended_at timestamptz;

do $$
declare
  name text;
begin
  foreach name in array array['policy_change', 'policy_notice', 'password_link'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format(
      'create policy by_account on %I using (current_setting(''kalends.account_id'', true) = ''system'' or account_id::text = current_setting(''kalends.account_id'', true))',
      name
    );
  end loop;
end
$$;
