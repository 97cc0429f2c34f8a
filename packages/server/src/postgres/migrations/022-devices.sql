-- Video systems of rooms: those that are brought their bookings have an address, those that ask for them sign in by name.
create table device (
  account_id uuid not null references account on delete cascade,
  device_id uuid not null,
  room_id uuid not null,
  family text not null check (family ~ '^[a-z][a-z-]{1,31}$'),
  name text not null check (length(name) between 1 and 120),
  address text check (length(address) between 1 and 260),
  username text not null check (length(username) between 1 and 120),
  sealed_secret bytea not null,
  certificate text check (certificate ~ '^[0-9a-f]{64}$'),
  keeps_others boolean not null,
  created_at timestamptz not null,
  model text check (length(model) <= 120),
  software text check (length(software) <= 120),
  last_ok_at timestamptz,
  problem_kind text,
  problem_code text check (length(problem_code) <= 60),
  problem_at timestamptz,
  given_hash bytea check (length(given_hash) = 32),
  given_count integer check (given_count >= 0),
  given_at timestamptz,
  holder text check (length(holder) <= 60),
  held_until timestamptz,
  primary key (account_id, device_id),
  foreign key (account_id, room_id) references app_user on delete cascade
);
create unique index device_by_address on device (account_id, address) where address is not null;
create unique index device_by_username on device (username) where address is null;
create index device_of_room on device (account_id, room_id);
create index device_by_name on device (account_id, name, device_id);
create index device_to_take on device (held_until) where address is not null;
create index device_by_holder on device (holder) where holder is not null;

alter table device enable row level security;
alter table device force row level security;
create policy by_account on device using (
  account_id = (select case when current_setting('kalends.account_id', true) ~ '^[0-9a-f-]{36}$'
    then current_setting('kalends.account_id', true)::uuid end)
  or (select current_setting('kalends.account_id', true) = 'system'));

-- Their passwords are sealed under the account's keys, too.
alter table key_work drop constraint key_work_place_check;
alter table key_work add constraint key_work_place_check
  check (place in ('credential', 'tenant-connection', 'rollout-step', 'totp', 'device'));
