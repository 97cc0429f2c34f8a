-- Bookings of rooms that have devices to bring them to: a row for each day on which some end, its content sealed under the
-- account's key. Deleted when the day is 30 days past.
create table room_booking (
  account_id uuid not null references account on delete cascade,
  room_id uuid not null,
  day date not null,
  sealed_bookings bytea not null,
  read_at timestamptz not null,
  primary key (account_id, room_id, day),
  foreign key (account_id, room_id) references app_user on delete cascade
);
create index room_booking_by_day on room_booking (day);

alter table room_booking enable row level security;
alter table room_booking force row level security;
create policy by_account on room_booking using (
  account_id = (select case when current_setting('kalends.account_id', true) ~ '^[0-9a-f-]{36}$'
    then current_setting('kalends.account_id', true)::uuid end)
  or (select current_setting('kalends.account_id', true) = 'system'));

alter table key_work drop constraint key_work_place_check;
alter table key_work add constraint key_work_place_check
  check (place in ('credential', 'tenant-connection', 'rollout-step', 'totp', 'device', 'room-booking'));
