-- A room is a user that is no person: it has a connection as people have, signs in nowhere, and is in none of their lists.
alter table app_user add column kind text not null default 'person' check (kind in ('person', 'room'));
create index app_user_room on app_user (account_id, display_name, user_id) where kind = 'room';

create table room (
  account_id uuid not null,
  room_id uuid not null,
  building text check (length(building) <= 120),
  floor text check (length(floor) <= 60),
  capacity integer check (capacity between 1 and 100000),
  zone text not null check (length(zone) <= 60),
  hides_titles text not null check (hides_titles in ('private', 'all')),
  hides_hosts_of_private boolean not null,
  check_in_within_minutes integer check (check_in_within_minutes between 1 and 240),
  check_in_early_minutes integer not null check (check_in_early_minutes between 0 and 240),
  check_in_misses_most integer check (check_in_misses_most between 1 and 50),
  language text not null check (language in ('en', 'ja')),
  clock_hours integer not null check (clock_hours in (12, 24)),
  tenant_connection_id uuid,
  problem_kind text,
  problem_code text,
  primary key (account_id, room_id),
  foreign key (account_id, room_id) references app_user on delete cascade,
  foreign key (account_id, tenant_connection_id) references tenant_connection on delete set null (tenant_connection_id)
);

-- That somebody checked in to a booking, or that it was given up; of the booking a keyed digest of its name, and no time.
create table room_mark (
  account_id uuid not null,
  room_id uuid not null,
  booking_digest bytea not null check (length(booking_digest) = 16),
  mark text not null check (mark in ('checked-in', 'given-up')),
  marked_at timestamptz not null,
  kept_until timestamptz not null,
  primary key (account_id, room_id, booking_digest),
  foreign key (account_id, room_id) references room on delete cascade
);
create index room_mark_by_end on room_mark (kept_until);

-- How many occurrences of a series in a row nobody came to.
create table room_miss (
  account_id uuid not null,
  room_id uuid not null,
  series_digest bytea not null check (length(series_digest) = 16),
  missed integer not null check (missed > 0),
  missed_at timestamptz not null,
  primary key (account_id, room_id, series_digest),
  foreign key (account_id, room_id) references room on delete cascade
);

-- The organisation's own rules for dial strings, which come before those that are built in.
create table dial_rules (
  account_id uuid not null references account on delete cascade,
  rules jsonb not null,
  changed_at timestamptz not null,
  primary key (account_id)
);

do $$
declare
  name text;
begin
  foreach name in array array['room', 'room_mark', 'room_miss', 'dial_rules'] loop
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
