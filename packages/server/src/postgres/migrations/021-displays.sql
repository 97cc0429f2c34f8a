-- Screens that show rooms. A screen proves itself by a token, of which the hash is kept; it opens its rooms alone.
create table display (
  account_id uuid not null references account on delete cascade,
  display_id uuid not null,
  token_hash bytea not null check (length(token_hash) = 32),
  name text not null check (length(name) <= 120),
  kind text not null check (kind in ('tv', 'door', 'controller', 'board')),
  device_name text not null check (length(device_name) <= 120),
  language text not null check (language in ('en', 'ja')),
  hours integer not null check (hours in (12, 24)),
  look text not null check (look in ('system', 'light', 'dark', 'e-paper')),
  paired_by uuid not null,
  paired_at timestamptz not null,
  last_seen_at timestamptz,
  primary key (account_id, display_id)
);
create index display_by_token on display (token_hash);
create index display_by_name on display (account_id, name, display_id);

create table display_room (
  account_id uuid not null,
  display_id uuid not null,
  room_id uuid not null,
  primary key (account_id, display_id, room_id),
  foreign key (account_id, display_id) references display on delete cascade,
  foreign key (account_id, room_id) references room on delete cascade
);
create index display_room_by_room on display_room (account_id, room_id);

-- A code that a screen shows until somebody types it, for ten minutes.
create table display_pairing (
  account_id uuid not null references account on delete cascade,
  token_hash bytea not null check (length(token_hash) = 32),
  code_hash bytea not null check (length(code_hash) = 32),
  device_name text not null check (length(device_name) <= 120),
  expires_at timestamptz not null,
  primary key (account_id, token_hash)
);
create index display_pairing_by_code on display_pairing (account_id, code_hash);
create index display_pairing_by_token on display_pairing (token_hash);

do $$
declare
  name text;
begin
  foreach name in array array['display', 'display_room', 'display_pairing'] loop
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
