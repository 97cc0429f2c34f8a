-- Scheduling tools: their sessions, what they make meetings with, and who may schedule for whom.
alter table session add column kind text not null default 'person' check (kind in ('person', 'tool'));

-- Which template a meeting was made with; since when its event was given up in a tool.
alter table meeting add column template_id uuid;
alter table meeting add column given_up_at timestamptz;

create table tool_template (
  account_id uuid not null references account on delete cascade,
  template_id uuid not null,
  name text not null check (length(name) between 1 and 120),
  text text not null check (length(text) <= 2000),
  backend text check (length(backend) <= 40),
  is_default boolean not null,
  created_at timestamptz not null,
  primary key (account_id, template_id)
);
create unique index tool_template_default on tool_template (account_id) where is_default;

create table tool_default (
  account_id uuid not null,
  user_id uuid not null,
  template_id uuid,
  adds_to_every_event boolean not null,
  primary key (account_id, user_id),
  foreign key (account_id, user_id) references app_user on delete cascade,
  foreign key (account_id, template_id) references tool_template on delete set null (template_id)
);
create index tool_default_by_template on tool_default (account_id, template_id);

create table delegate (
  account_id uuid not null,
  host_id uuid not null,
  delegate_id uuid not null,
  manages_private boolean not null,
  given_by uuid not null,
  given_at timestamptz not null,
  primary key (account_id, host_id, delegate_id),
  check (host_id <> delegate_id),
  foreign key (account_id, host_id) references app_user on delete cascade,
  foreign key (account_id, delegate_id) references app_user on delete cascade
);
create index delegate_by_delegate on delegate (account_id, delegate_id);

-- A code that a tool shows until its person has typed it in the portal, for ten minutes.
create table tool_pairing (
  account_id uuid not null references account on delete cascade,
  token_hash bytea not null check (length(token_hash) = 32),
  code_hash bytea not null check (length(code_hash) = 32),
  device_name text not null check (length(device_name) <= 120),
  expires_at timestamptz not null,
  primary key (account_id, token_hash)
);
create index tool_pairing_by_code on tool_pairing (account_id, code_hash);
create index tool_pairing_by_token on tool_pairing (token_hash);

do $$
declare
  name text;
begin
  foreach name in array array['tool_template', 'tool_default', 'delegate', 'tool_pairing'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format(
      'create policy by_account on %I using (
        account_id = (select case when current_setting(''kalends.account_id'', true) ~ ''^[0-9a-f-]{36}$''
          then current_setting(''kalends.account_id'', true)::uuid end)
        or (select current_setting(''kalends.account_id'', true) = ''system''))',
      name
    );
  end loop;
end
$$;
